// The question before an action, answered by a plain form.

import { type AccountAction, nameOf, type Subject } from "../../accounts/account-action.ts";
import { accountPath, actionPath } from "../../accounts/account-actions.ts";
import { type Html, html } from "../html.ts";
import { layout, type PageState } from "../layout.ts";

export function confirmPage(
  page: PageState & { action: AccountAction; subject: Subject; fault?: string },
): Html {
  const { action, subject, fault } = page;
  const { _id } = subject.installation;
  return questionPage({
    ...page,
    question: action.question(nameOf(subject)),
    consequence: action.consequence(subject),
    fields: action.fields?.(subject),
    fault,
    verb: action.verb,
    irrevocable: action.irrevocable ?? false,
    path: accountPath(_id),
    postTo: actionPath(action, _id, subject.sync?.sync),
    back: accountPath(_id),
  });
}

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
