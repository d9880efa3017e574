// Buttons that act at once, without a question before: for what does no harm.

import type { InstallationId } from "@fleetkeeper/model";
import { type Html, html } from "../../html/html.ts";
import { actionPath } from "../../html/paths.ts";
import type { AccountAction } from "./action.ts";

/** The id of the form below. */
export const oneStepForm = "one-step";

/**
 * The form that all of a page's buttons send. It stands outside the parts that are updated: they
 * are the same for everybody who looks, and the token in it is for one.
 */
export function actionForm(csrfToken: string): Html {
  return html`<form id="${oneStepForm}" method="post"><input type="hidden" name="_csrf" value="${csrfToken}"></form>`;
}

export function oneStepButton(
  action: AccountAction,
  text: string,
  installationId: InstallationId,
  sync?: string,
): Html {
  return html`<button form="${oneStepForm}" formaction="${actionPath(action, installationId, sync)}" class="${sync === undefined ? "" : "quiet"}">${text}${sync === undefined ? "" : html` <span class="unseen">${sync}</span>`}</button>`;
}
