// The syncs of an account: why each waits and until when, how far a run has come, what the last came to, and
// what can be done.

import { changesInWords, duration, type SyncStanding, syncStanding } from "@fleetkeeper/operator";
import type { SyncDocument } from "@fleetkeeper/store";
import type { Role } from "../../auth/identity.ts";
import { withCodes } from "../../html/codes.ts";
import { type Html, html } from "../../html/html.ts";
import { tableHead } from "../../html/table-head.ts";
import { timeTag } from "../../html/time.ts";
import { badge } from "../../html/words.ts";
import type { AccountAction } from "../actions/action.ts";
import { actionMenu } from "../actions/action-menu.ts";
import { accountActions } from "../actions/actions.ts";
import { oneStepButton } from "../actions/one-step.ts";
import type { AccountFacts } from "./read.ts";

export function syncsSection({ installation, syncs, at }: AccountFacts, role: Role): Html {
  if (syncs.length === 0)
    return html`<section aria-labelledby="syncs-title">
      <h2 id="syncs-title">Syncs</h2>
      <p class="card">No sync is planned yet: a worker plans them when it handles the install.</p>
    </section>`;
  const isOperator = role === "operator";
  const maySync = isOperator && installation.state === "active";
  return html`<section aria-labelledby="syncs-title">
    <h2 id="syncs-title">Syncs</h2>
    <table class="cards thirds syncs">
      ${tableHead(["Sync", "Now", "Last run", "Next run", "Every", isOperator && "Actions"])}
      <tbody>${syncs.map((sync) =>
        syncRow(sync, syncStanding(sync, at), at, isOperator ? actionCell(sync, maySync) : html``),
      )}</tbody>
    </table>
  </section>`;
}

function syncRow(sync: SyncDocument, standing: SyncStanding, now: Date, actions: Html): Html {
  const { mood, label, text, nextRunAt } = standing;
  return html`<tr class="${mood}">
    <th scope="row">${sync.sync}</th>
    <td data-label="Now">${badge(mood, label)} <small>${withCodes(text)}${since(sync, now)}</small></td>
    <td data-label="Last run">${lastRun(sync, now)}</td>
    <td data-label="Next run">${nextRunAt === null ? html`<span class="faint">${mood === "busy" ? "now" : "not planned"}</span>` : timeTag(nextRunAt, now)}</td>
    <td data-label="Every">${interval(sync)}</td>
    ${actions}
  </tr>`;
}

function since({ waiting }: SyncDocument, now: Date): Html {
  return "since" in waiting ? html`, since ${timeTag(waiting.since, now)}` : html``;
}

/** What the last run came to; of a failure, the last success too. */
function lastRun({ lastRun: run, lastSuccessAt }: SyncDocument, now: Date): Html {
  if (run === null) return html`<span class="faint">none yet</span>`;
  if (run.outcome !== "failed")
    return html`${timeTag(run.at, now)} <small>${changesInWords(run.changes)}</small>`;
  return html`${timeTag(run.at, now)} <small>failed; ${lastSuccessAt === null ? "never succeeded" : html`succeeded ${timeTag(lastSuccessAt, now)}`}</small>`;
}

function interval({ intervalMs, definedIntervalMs }: SyncDocument): Html {
  if (intervalMs !== null)
    return html`<span class="nowrap">${duration(intervalMs)}</span> <small>set here</small>`;
  return definedIntervalMs === undefined
    ? html`<span class="faint">as defined</span>`
    : html`<span class="nowrap">${duration(definedIntervalMs)}</span>`;
}

function actionCell(document: SyncDocument, maySync: boolean): Html {
  const { installationId, sync, waiting } = document;
  const { syncNow } = accountActions;
  const pausedAlone = waiting.for === "operator" && waiting.of === "sync";
  return html`<td data-label="Actions"><div class="row-actions">
    ${maySync && !pausedAlone ? oneStepButton(syncNow, "Sync now", installationId, sync) : ""}
    ${actionMenu({ id: `menu-of-${sync}`, summary: "More", actions: menuOf(document, maySync, pausedAlone), installationId, sync })}
  </div></td>`;
}

function menuOf({ heldBack }: SyncDocument, maySync: boolean, pausedAlone: boolean): AccountAction[] {
  const { pause, resume, changeInterval, confirmDeletions } = accountActions;
  if (!maySync) return [changeInterval];
  if (pausedAlone) return [resume, changeInterval];
  const confirm = heldBack && heldBack.confirmedAfter === null ? [confirmDeletions] : [];
  return [...confirm, pause, changeInterval];
}
