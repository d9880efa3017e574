// The question before an action on an account.

import type { Html } from "../../html/html.ts";
import type { PageState } from "../../html/layout.ts";
import { accountPath, actionPath } from "../../html/paths.ts";
import { questionPage } from "../../html/question-page.ts";
import { type AccountAction, nameOf, type Subject } from "./action.ts";

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
