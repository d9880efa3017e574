// The syncs of one account in a row of the list: what does not go by schedule at once, the rest folded away.

import type { InstallationId } from "@fleetkeeper/model";
import { counted, type SyncStanding, syncStanding } from "@fleetkeeper/operator";
import type { SyncDocument } from "@fleetkeeper/store";
import { withCodes } from "../../html/codes.ts";
import { type Html, html } from "../../html/html.ts";
import { timeTag } from "../../html/time.ts";
import { badge } from "../../html/words.ts";

interface Line {
  sync: SyncDocument;
  standing: SyncStanding;
}

export function syncLines(id: InstallationId, syncs: readonly SyncDocument[], now: Date): Html {
  if (syncs.length === 0) return html`<span class="faint">none planned yet</span>`;
  const lines = syncs.map((sync) => ({ sync, standing: syncStanding(sync, now) }));
  const [first] = new Set(lines.map(({ sync }) => sync.waiting.for));
  const sameForAll = lines.length > 1 && first !== undefined && stopsAll.includes(first);
  const folded = lines.filter(({ standing }) => sameForAll || standing.mood === "good");
  const shown = lines.filter((line) => !folded.includes(line));
  return html`${shown.length === 0 ? "" : html`<ul class="lines">${shown.map((line) => syncLine(line, now))}</ul>`}
    ${folded.length === 0 ? "" : foldedLines(id, folded, now)}`;
}

/** What stops every sync of an account alike needs saying once. */
const stopsAll: readonly string[] = ["operator", "credential"];

function foldedLines(id: InstallationId, lines: Line[], now: Date): Html {
  const { mood = "good", label = "" } = lines[0]?.standing ?? {};
  return html`<details id="syncs-of-${id}">
    <summary>${counted(lines.length, "sync")} ${mood === "good" ? "on schedule" : badge(mood, label)} <small>${inShort(lines, now)}</small></summary>
    <ul class="lines">${lines.map((line) => syncLine(line, now))}</ul>
  </details>`;
}

/** The last success of the one that has gone without for longest, and when the first of them runs. */
function inShort(lines: Line[], now: Date): Html {
  const successes = lines.flatMap(({ sync }) => sync.lastSuccessAt ?? []).sort(byTime);
  const [oldest] = successes;
  const [soonest] = lines.flatMap(({ standing }) => standing.nextRunAt ?? []).sort(byTime);
  return html`${oldest === undefined || successes.length < lines.length ? "" : html`· oldest success ${timeTag(oldest, now)}`}
    ${soonest === undefined ? "" : html`· next ${timeTag(soonest, now)}`}`;
}

const byTime = (a: Date, b: Date) => a.getTime() - b.getTime();

function syncLine({ sync, standing }: Line, now: Date): Html {
  const { mood, label, text, nextRunAt } = standing;
  return html`<li>
    <strong>${sync.sync}</strong> ${badge(mood, label)}
    ${mood === "good" ? "" : html`<span>${withCodes(text)}</span>`}
    <small>
      ${sync.lastSuccessAt === null ? "never succeeded" : html`succeeded ${timeTag(sync.lastSuccessAt, now)}`}${nextRunAt === null ? "" : html` · next ${timeTag(nextRunAt, now)}`}
    </small>
  </li>`;
}
