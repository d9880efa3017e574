// What can be done to the whole account: one button, and the rest in a menu.

import type { Role } from "../../auth/identity.ts";
import { type Html, html } from "../../html/html.ts";
import type { AccountAction } from "../actions/action.ts";
import { actionMenu } from "../actions/action-menu.ts";
import { accountActions } from "../actions/actions.ts";
import { oneStepButton } from "../actions/one-step.ts";
import type { AccountFacts } from "./read.ts";

/** Nothing for a viewer. */
export function actionsSection({ installation, failedJobs = [] }: AccountFacts, role: Role): Html {
  if (role !== "operator") return html``;
  const { syncNow, pause, resume, refreshToken, retryFailed, changeNames, rollback, acceptClient, forget } =
    accountActions;
  const { _id, state } = installation;
  const canRefresh = installation.inForceSince !== null || installation.candidates.length > 0;
  const offered: AccountAction[] = [
    ...(state === "paused" ? [resume] : [...(canRefresh ? [refreshToken] : []), pause]),
    ...(installation.clientChange === null ? [] : [acceptClient]),
    ...(installation.former.length > 0 ? [rollback] : []),
    ...(failedJobs.length > 0 ? [retryFailed] : []),
    { ...changeNames, verb: "Name and note" },
    forget,
  ];
  return html`<div class="actions">
    ${state === "active" ? oneStepButton(syncNow, "Sync all now", _id) : ""}
    ${actionMenu({ id: "account-menu", summary: "Actions", actions: offered, installationId: _id })}
  </div>`;
}
