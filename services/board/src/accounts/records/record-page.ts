// One record: what it holds, since when, and what it went through.

import type { RecordChange } from "@fleetkeeper/model";
import { instant } from "@fleetkeeper/operator";
import type { RecordRow } from "@fleetkeeper/store";
import { redactText } from "@fleetkeeper/telemetry";
import { copyable } from "../../html/copyable.ts";
import { type Html, html } from "../../html/html.ts";
import { layout, type PageState } from "../../html/layout.ts";
import { accountPath, recordsPath } from "../../html/paths.ts";
import { timeTag } from "../../html/time.ts";
import { badge } from "../../html/words.ts";

export interface RecordPage extends PageState {
  record: RecordRow;
  accountId: string;
  resource: string;
  /** The newest first. */
  history: { at: Date; change: RecordChange }[];
  at: Date;
}

export function recordPage(page: RecordPage): Html {
  const { record, accountId, resource, history, at } = page;
  const { installationId, externalId, data, firstSeenAt, updatedAt, deletedAt } = record;
  return layout({
    ...page,
    title: `${externalId} of ${accountId}`,
    content: html`<p class="trail"><a href="/accounts">Accounts</a> / <a href="${accountPath(installationId)}">${accountId}</a> / <a href="${recordsPath(installationId, { resource })}">${resource}</a></p>
      <div class="title"><h1>${externalId} ${deletedAt === null ? "" : badge("wait", "deleted")}</h1></div>
      <section class="card"><dl>
        <div><dt>Id</dt><dd>${copyable(externalId)}</dd></div>
        <div><dt>First seen</dt><dd>${instant(firstSeenAt)}, ${timeTag(firstSeenAt, at)}</dd></div>
        <div><dt>Changed</dt><dd>${instant(updatedAt)}, ${timeTag(updatedAt, at)}</dd></div>
        ${deletedAt === null ? "" : html`<div><dt>Deleted</dt><dd>${instant(deletedAt)}, ${timeTag(deletedAt, at)}</dd></div>`}
      </dl></section>
      <section aria-labelledby="data-title">
        <h2 id="data-title">Content</h2>
        <pre tabindex="0" class="whole">${redactText(JSON.stringify(data, null, 2) ?? "nothing")}</pre>
      </section>
      <section aria-labelledby="history-title">
        <h2 id="history-title">History</h2>
        <p class="faint">From the change feed, which is kept for seven days.</p>
        ${history.length === 0 ? html`<p class="card">It has not changed since.</p>` : html`<ul class="card lines">${history.map((one, index) => historyLine(one, index, at))}</ul>`}
      </section>`,
  });
}

const moods = { created: "good", updated: "busy", deleted: "wait" } as const;

function historyLine({ at, change }: RecordPage["history"][number], index: number, now: Date): Html {
  const { kind, fields, data } = change;
  return html`<li>
    ${badge(moods[kind], kind)} ${timeTag(at, now)}
    ${fields.length === 0 ? "" : html`<small>${fields.slice(0, 30).map((field) => html`<code>${field}</code> `)}</small>`}
    <details id="change-${index}"><summary>Its content then</summary><pre tabindex="0">${redactText(JSON.stringify(data, null, 2) ?? "nothing")}</pre></details>
  </li>`;
}
