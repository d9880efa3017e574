// What happened last in the log of actions and events, in short lines; the whole log is a page of its own.

import { logOutcomeMoods, logSubject } from "@fleetkeeper/operator";
import type { LogEntry } from "@fleetkeeper/store";
import { withCodes } from "../html/codes.ts";
import { type Html, html } from "../html/html.ts";
import { accountPath, auditPath } from "../html/paths.ts";
import { timeTag } from "../html/time.ts";
import { badge } from "../html/words.ts";

export function recentEvents(entries: readonly LogEntry[], now: Date): Html {
  return html`<section aria-labelledby="recent-title">
    <div class="title">
      <h2 id="recent-title">Latest events</h2>
      <p><a href="${auditPath()}">The whole log</a></p>
    </div>
    ${
      entries.length === 0
        ? html`<p class="card faint">Nothing yet.</p>`
        : html`<ol class="card lines recent">${entries.map((entry) => line(entry, now))}</ol>`
    }
  </section>`;
}

function line(entry: LogEntry, now: Date): Html {
  const { at, who, kind, action, sync, outcome, code, installationId } = entry;
  const about = installationId === undefined ? logSubject(entry) : undefined;
  return html`<li>
    <span class="faint">${timeTag(at, now)}</span>
    ${withCodes(action)}${sync === undefined ? "" : html` <code>${sync}</code>`}
    ${outcome === "done" ? "" : badge(logOutcomeMoods[outcome], outcome)}
    ${code === undefined ? "" : withCodes(code)}
    ${installationId === undefined ? about : html`<a href="${accountPath(installationId)}">${installationId}</a>`}
    ${kind === "event" ? "" : html`<span class="faint">by ${who}</span>`}
  </li>`;
}
