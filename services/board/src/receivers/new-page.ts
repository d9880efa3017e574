// `/receivers/new`: the form for a new receiver, and the page that shows a new secret once.

import { type EventType, eventTypes } from "@fleetkeeper/model";
import { type Html, html } from "../html/html.ts";
import { layout, type PageState } from "../html/layout.ts";
import { newReceiverPath, receiverPath, receiversPath } from "../html/paths.ts";
import { questionPage } from "../html/question-page.ts";

export interface ReceiverForm {
  url: string;
  description: string;
  app: string;
  events: readonly EventType[];
}

/** `form`: what was filled in before, where that could not be used. */
export function newReceiverPage(page: PageState & { form: ReceiverForm; fault?: string }): Html {
  const { url, description, app, events } = page.form;
  return questionPage({
    ...page,
    question: "Make a receiver?",
    consequence:
      "Its address is told of what happens from a few seconds later on. The secret that it verifies by is shown once.",
    fields: html`<label for="url">Address, with https://</label>
      <input id="url" name="url" value="${url}" maxlength="2000" inputmode="url" autocomplete="off" autocapitalize="none" spellcheck="false" required>
      <label for="description">Description, for people; may be empty</label>
      <input id="description" name="description" value="${description}" maxlength="200" autocomplete="off">
      <label for="app">App of whose accounts it is told; empty for all</label>
      <input id="app" name="app" value="${app}" placeholder="@organization/appname" maxlength="200" autocomplete="off" autocapitalize="none" spellcheck="false">
      <fieldset>
        <legend>What it is told of</legend>
        ${eventTypes.map((type) => checkbox(type, events.includes(type)))}
      </fieldset>`,
    verb: "Make the receiver",
    irrevocable: false,
    postTo: newReceiverPath,
    back: receiversPath,
  });
}

function checkbox(type: EventType, isChecked: boolean): Html {
  return html`<label class="choice"><input type="checkbox" name="events" value="${type}" ${isChecked ? "checked" : ""}> <span><code>${type}</code></span></label>`;
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
