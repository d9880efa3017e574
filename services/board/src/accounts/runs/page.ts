// One run: how it ended, its steps in time, and the records that it changed.

import type { RunEvent } from "@fleetkeeper/model";
import { changesInWords, clock, count, counted, duration, instant } from "@fleetkeeper/operator";
import type { ChangesDocument, InstallationDocument, RunDocument, SyncDocument } from "@fleetkeeper/store";
import { withCodes } from "../../html/codes.ts";
import { type Html, html } from "../../html/html.ts";
import { layout, type PageState } from "../../html/layout.ts";
import { accountPath, deliveryPath, recordPath } from "../../html/paths.ts";
import { tableHead } from "../../html/table-head.ts";
import { timeTag } from "../../html/time.ts";
import { badge } from "../../html/words.ts";

export interface RunPage extends PageState {
  installation: InstallationDocument;
  sync: SyncDocument;
  run: RunDocument;
  /** Of its pages that changed something, the oldest first. */
  changed: Pick<ChangesDocument, "at" | "changes">[];
  at: Date;
}

const shownRecords = 100;

export function runPage(page: RunPage): Html {
  const { installation, sync, run, at } = page;
  const { _id, accountId } = installation;
  const failed = run.outcome === "failed";
  return layout({
    ...page,
    title: `A run of ${sync.sync} of ${accountId}`,
    content: html`<p class="trail"><a href="/accounts">Accounts</a> / <a href="${accountPath(_id)}">${accountId}</a> / <a href="${accountPath(_id, "runs")}">Runs</a></p>
      <div class="title"><h1>${sync.sync} ${badge(failed ? "bad" : "good", run.outcome)}</h1></div>
      ${failed ? html`<p class="notice bad">${withCodes(run.code ?? "")} ${run.message ?? ""}</p>` : ""}
      <section class="card"><dl>
        <div><dt>Began</dt><dd>${instant(run.startedAt)}</dd></div>
        <div><dt>Ended</dt><dd>${instant(run.at)}, ${timeTag(run.at, at)}; it took ${duration(run.at.getTime() - run.startedAt.getTime())}</dd></div>
        <div><dt>Read</dt><dd>${counted(run.records, "record")} in ${counted(run.pages, "page")}</dd></div>
        <div><dt>Changed</dt><dd>${changesInWords(run.changes)}</dd></div>
        ${run.setOffBy === undefined ? "" : html`<div><dt>Started by</dt><dd>a <a href="${deliveryPath(run.setOffBy)}">webhook</a></dd></div>`}
        ${run.quietBefore === undefined ? "" : html`<div><dt>Before it</dt><dd>${counted(run.quietBefore.runs, "run")} without news</dd></div>`}
      </dl></section>
      ${timeline(run)}
      ${changedRecords(page)}`,
  });
}

function timeline({ timeline, startedAt }: RunDocument): Html {
  return html`<section aria-labelledby="timeline-title">
    <h2 id="timeline-title">Timeline</h2>
    ${
      timeline === undefined
        ? html`<p class="card">No timeline of this run is kept.</p>`
        : html`<table class="cards thirds" aria-labelledby="timeline-title">
      ${tableHead(["Step", "After", "At", "Answer", { number: "Took" }, "Wait for a limit"])}
      <tbody>${timeline.events.map((event) => stepRow(event, startedAt))}</tbody>
    </table>
    ${timeline.leftOut === 0 ? "" : html`<p class="faint">${counted(timeline.leftOut, "step")} after the first ten are left out: the first 10 and the last 30 are kept.</p>`}`
    }
  </section>`;
}

function stepRow(event: RunEvent, startedAt: Date): Html {
  const after = duration(Math.max(0, event.at.getTime() - startedAt.getTime()));
  const cells = (what: Html, answer: Html, took: string, wait: string) =>
    html`<tr>
      <th scope="row">${what}</th>
      <td data-label="After" class="nowrap">${after}</td>
      <td data-label="At"><time datetime="${event.at.toISOString()}">${clock(event.at)}</time></td>
      <td data-label="Answer">${answer}</td>
      <td data-label="Took" class="number nowrap">${took}</td>
      <td data-label="Wait for a limit">${wait}</td>
    </tr>`;
  switch (event.kind) {
    case "slice":
      return cells(html`A worker started it`, html``, "", "");
    case "page":
      return cells(
        html`Page written`,
        html`${counted(event.records, "record")} <small>${changesInWords(event.changes)}</small>`,
        "",
        "",
      );
    case "request": {
      const { method, path, status, attempt, durationMs, waitedMs } = event;
      const isBad = status === null || status >= 400;
      return cells(
        html`<code>${method} ${path}</code>${attempt > 1 ? html` <small>try ${attempt}</small>` : ""}`,
        badge(isBad ? "bad" : "good", status === null ? "no answer" : String(status)),
        duration(durationMs),
        waitedMs < 50 ? "none" : duration(waitedMs),
      );
    }
  }
}

function changedRecords({ installation, sync, run, changed }: RunPage): Html {
  const all = changed.flatMap(({ changes }) => changes);
  const told = run.changes.created + run.changes.updated + run.changes.deleted;
  if (told === 0) return html``;
  const { resource } = sync;
  const shown = all.slice(0, shownRecords);
  return html`<section aria-labelledby="changed-title">
    <h2 id="changed-title">What changed</h2>
    ${shown.length === 0 ? html`<p class="card">The change feed no longer has it: it is kept for seven days.</p>` : html`<ul class="card lines">${shown.map(({ kind, externalId, fields }) => html`<li>${badge(kind === "deleted" ? "wait" : "good", kind)} ${resource === undefined ? html`<code>${externalId}</code>` : html`<a href="${recordPath(installation._id, resource, externalId)}"><code>${externalId}</code></a>`} ${kind === "updated" ? html`<small>${fields?.slice(0, 12).join(", ")}</small>` : ""}</li>`)}</ul>`}
    ${told > shown.length && shown.length > 0 ? html`<p class="faint">${count(shown.length)} of ${count(told)} are shown.</p>` : ""}
  </section>`;
}
