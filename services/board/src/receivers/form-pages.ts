// The pages with the form of a receiver, and the page that shows a new secret once.

import type { ReceiverRow } from "@fleetkeeper/store";
import { type Html, html } from "../html/html.ts";
import { layout, type PageState } from "../html/layout.ts";
import { changeReceiverPath, newReceiverPath, receiverPath, receiversPath } from "../html/paths.ts";
import { questionPage } from "../html/question-page.ts";
import { type ReceiverForm, receiverFields } from "./receiver-form.ts";

/** `form`: what was filled in before, where that could not be used. */
export function newReceiverPage(page: PageState & { form: ReceiverForm; fault?: string }): Html {
  return questionPage({
    ...page,
    question: "Make a receiver?",
    consequence:
      "Events from a few seconds later on are sent to its address. The secret for verifying them is shown once.",
    fields: receiverFields(page.form),
    verb: "Make the receiver",
    irrevocable: false,
    postTo: newReceiverPath,
    back: receiversPath,
  });
}

/** `form`: what it is now, or what was filled in and could not be used. */
export function changeReceiverPage(
  page: PageState & { receiver: ReceiverRow; form: ReceiverForm; fault?: string },
): Html {
  const { receiver, form } = page;
  return questionPage({
    ...page,
    question: "Change this receiver?",
    consequence:
      "Events that wait are sent to the new address, signed with the same secret. Events of an added type are sent from a few seconds later on.",
    fields: receiverFields(form, receiver),
    verb: "Change",
    irrevocable: false,
    postTo: changeReceiverPath(receiver._id),
    back: receiverPath(receiver._id),
  });
}

/** Shown in answer to a form, and never again. */
export function secretPage(page: PageState & { id: string; secret: string }): Html {
  const { id, secret } = page;
  return layout({
    ...page,
    title: "The new secret",
    content: html`<section class="card question">
      <h1>The new secret</h1>
      <p>Keep it now: it is sealed for the workers, and is not shown again.</p>
      <pre tabindex="0" aria-label="The secret">${secret}</pre>
      <p>Your code verifies each delivery with it: <code>verifyWebhook(body, headers, secret)</code>.</p>
      <p class="actions"><a class="button" href="${receiverPath(id)}">I have it</a></p>
    </section>`,
  });
}
