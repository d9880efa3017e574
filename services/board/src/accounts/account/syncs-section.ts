// The syncs of an account: why each waits and until when, how far a run has come, and what can be done.

import { duration, type SyncStanding, syncStanding } from "@fleetkeeper/operator";
import type { SyncDocument } from "@fleetkeeper/store";
import type { Role } from "../../auth/identity.ts";
import { withCodes } from "../../html/codes.ts";
import { type Html, html } from "../../html/html.ts";
import { actionPath } from "../../html/paths.ts";
import { timeTag } from "../../html/time.ts";
import { badge } from "../../html/words.ts";
import type { AccountAction } from "../actions/action.ts";
import { accountActions } from "../actions/actions.ts";
import type { AccountFacts } from "./read.ts";

export function syncsSection({ installation, syncs, at }: AccountFacts, role: Role): Html {
  if (syncs.length === 0)
    return html`<section aria-labelledby="syncs-title">
      <h2 id="syncs-title">Syncs</h2>
      <p class="card">None is planned yet: a worker plans them when it handles the install.</p>
    </section>`;
  const maySync = role === "operator" && installation.state === "active";
  return html`<section aria-labelledby="syncs-title">
    <h2 id="syncs-title">Syncs</h2>
    <table class="cards thirds syncs">
      <thead>
        <tr>
          <th scope="col">Sync</th>
          <th scope="col">Now</th>
          <th scope="col">Last success</th>
          <th scope="col">Next run</th>
          <th scope="col">Every</th>
          ${role === "operator" ? html`<th scope="col">Actions</th>` : ""}
        </tr>
      </thead>
      <tbody>${syncs.map((sync) => {
        const actions = role === "operator" ? actionsOn(sync, maySync) : undefined;
        return syncRow(sync, syncStanding(sync, at), at, actions);
      })}</tbody>
    </table>
  </section>`;
}

function syncRow(
  sync: SyncDocument,
  standing: SyncStanding,
  now: Date,
  actions: AccountAction[] | undefined,
): Html {
  const { mood, label, text, nextRunAt } = standing;
  return html`<tr class="${mood}">
    <th scope="row">${sync.sync}</th>
    <td data-label="Now">${badge(mood, label)} <small>${withCodes(text)}${since(sync, now)}</small></td>
    <td data-label="Last success">${sync.lastSuccessAt === null ? html`<span class="faint">never</span>` : timeTag(sync.lastSuccessAt, now)}</td>
    <td data-label="Next run">${nextRunAt === null ? html`<span class="faint">${mood === "busy" ? "now" : "not planned"}</span>` : timeTag(nextRunAt, now)}</td>
    <td data-label="Every">${interval(sync)}</td>
    ${actions === undefined ? "" : html`<td data-label="Actions">${actionLinks(sync, actions)}</td>`}
  </tr>`;
}

function since({ waiting }: SyncDocument, now: Date): Html {
  return "since" in waiting ? html`, since ${timeTag(waiting.since, now)}` : html``;
}

function interval({ intervalMs, definedIntervalMs }: SyncDocument): Html {
  if (intervalMs !== null)
    return html`<span class="nowrap">${duration(intervalMs)}</span> <small>set here</small>`;
  return definedIntervalMs === undefined
    ? html`<span class="faint">as defined</span>`
    : html`<span class="nowrap">${duration(definedIntervalMs)}</span>`;
}

function actionsOn({ waiting, heldBack }: SyncDocument, maySync: boolean): AccountAction[] {
  const { syncNow, pause, resume, changeInterval, confirmDeletions } = accountActions;
  const pausedAlone = waiting.for === "operator" && waiting.of === "sync";
  if (pausedAlone) return maySync ? [resume, changeInterval] : [changeInterval];
  const confirm = heldBack && heldBack.confirmedAfter === null ? [confirmDeletions] : [];
  return maySync ? [...confirm, syncNow, pause, changeInterval] : [changeInterval];
}

function actionLinks({ installationId, sync }: SyncDocument, actions: AccountAction[]): Html {
  return html`<ul class="links">${actions.map(
    (action) =>
      html`<li><a href="${actionPath(action, installationId, sync)}">${action.verb} <span class="unseen">${sync}</span></a></li>`,
  )}</ul>`;
}
