// A question before something is done, answered by a plain form.

import { type Html, html } from "./html.ts";
import { layout, type PageState } from "./layout.ts";

export function questionPage(
  page: PageState & {
    question: string;
    consequence: string;
    fields?: Html | undefined;
    fault?: string | undefined;
    verb: string;
    irrevocable: boolean;
    postTo: string;
    /** Where "Cancel" leads. */
    back: string;
  },
): Html {
  return layout({
    ...page,
    title: page.question,
    content: html`<section class="card question">
      <h1>${page.question}</h1>
      ${page.fault === undefined ? "" : html`<p class="notice bad" role="alert">${page.fault}</p>`}
      <p>${page.consequence}</p>
      <form class="stack" method="post" action="${page.postTo}">
        <input type="hidden" name="_csrf" value="${page.csrfToken}">
        ${page.fields ?? ""}
        <p class="actions">
          <button class="${page.irrevocable ? "danger" : ""}">${page.verb}</button>
          <a class="button quiet" href="${page.back}">Cancel</a>
        </p>
      </form>
    </section>`,
  });
}

/** The field where `text` is to be typed, so that a user confirms only what they have read. */
export function confirmationField(name: string, text: string, meaning = ""): Html {
  return html`<label for="${name}">Type <code>${text}</code>${meaning === "" ? "" : `, ${meaning},`} to confirm</label>
      <input id="${name}" name="${name}" autocomplete="off" autocapitalize="none" spellcheck="false" required>`;
}
