// The records of an account: how many of each sync, a search, the ones that fit in columns, and files to take
// along.

import { cellOf, count } from "@fleetkeeper/operator";
import type { RecordRow } from "@fleetkeeper/store";
import { type Html, html } from "../../html/html.ts";
import { pager, searchGoesOn } from "../../html/pager.ts";
import { recordFilePath, recordPath, recordsPath } from "../../html/paths.ts";
import { tableHead } from "../../html/table-head.ts";
import { timeTag } from "../../html/time.ts";
import { badge } from "../../html/words.ts";
import type { RecordsFacts } from "./read.ts";

interface Shown {
  facts: RecordsFacts;
  installationId: string;
  now: Date;
}

export function recordsSection({ facts, installationId, now }: Shown): Html {
  const { counts, resource, rows, request, next, lookedAt } = facts;
  if (resource === undefined)
    return html`<p class="card">No sync of this account has written a record yet.</p>`;
  const { after, looked: _, ...first } = request;
  const all = counts.find((one) => one.resource === resource)?.text ?? "";
  const looked = lookedAt === undefined ? "" : `the first ${count(lookedAt)} of ${all} records`;
  return html`<nav class="choices spaced" aria-label="Resource">${counts.map(
    ({ resource: name, text, sync }) =>
      html`<a href="${recordsPath(installationId, { resource: name, search: request.search })}" title="${sync}" ${name === resource ? html`aria-current="true"` : ""}>${name} <span class="tally">${text}</span></a>`,
  )}</nav>
    ${searchForm(facts, installationId, resource)}
    ${rows.length > 0 ? recordTable({ facts, installationId, now }, resource) : next === undefined ? html`<p class="card">No record matches.</p>` : searchGoesOn(looked === "" ? "None so far; the next page continues." : `None among ${looked}; the next page continues.`)}
    ${rows.length > 0 && looked !== "" ? html`<p class="faint">Found in ${looked}; the next page continues.</p>` : ""}
    ${pager({ after, next, pathOf: (page) => recordsPath(installationId, { ...first, resource, after: page, looked: page === undefined || lookedAt === undefined ? undefined : `${lookedAt}` }) })}
    <p class="faint">All matching records, as a file:
      <a href="${filePath(facts, installationId, resource, "ndjson")}" download>lines of JSON</a> ·
      <a href="${filePath(facts, installationId, resource, "csv")}" download>CSV</a></p>`;
}

function searchForm({ request, columns, allColumns }: RecordsFacts, id: string, resource: string): Html {
  const option = (value: string, text: string) =>
    html`<option value="${value}" ${(request.deleted ?? "") === value ? "selected" : ""}>${text}</option>`;
  return html`<form class="search" action="${recordPath(id, resource).replace(/\/records\/.*$/, "")}" role="search">
    <input type="hidden" name="tab" value="records">
    <input type="hidden" name="resource" value="${resource}">
    <div>
      <label for="record-search">Name or id</label>
      <input id="record-search" name="search" type="search" value="${request.search}" placeholder="A part is enough" autocapitalize="none" spellcheck="false">
    </div>
    <div>
      <label for="deleted">Deleted</label>
      <select id="deleted" name="deleted">${option("", "Left out")}${option("include", "Too")}${option("only", "Only")}</select>
    </div>
    <div>
      <label for="columns">Columns</label>
      <input id="columns" name="columns" value="${request.columns}" placeholder="${columns.join(",")}" list="all-columns" autocapitalize="none" spellcheck="false">
      <datalist id="all-columns">${allColumns.map((path) => html`<option value="${path}"></option>`)}</datalist>
    </div>
    <button>Show</button>
  </form>`;
}

function recordTable({ facts, installationId, now }: Shown, resource: string): Html {
  const { rows, columns } = facts;
  return html`<table class="cards thirds records" aria-label="Records">
    ${tableHead(["Id", ...columns.map((path) => html`${path.split(".").map((name, index) => (index === 0 ? name : html`.<wbr>${name}`))}`), "Changed", "First seen"])}
    <tbody>${rows.map((row) => recordRow(row, columns, recordPath(installationId, resource, row.externalId), now))}</tbody>
  </table>`;
}

function recordRow(row: RecordRow, columns: readonly string[], path: string, now: Date): Html {
  return html`<tr>
    <th scope="row"><a href="${path}"><code>${row.externalId}</code></a>${row.deletedAt === null ? "" : html` ${badge("wait", "deleted")}`}</th>
    ${columns.map((column) => html`<td data-label="${column}">${short(cellOf(row.data, column))}</td>`)}
    <td data-label="Changed">${timeTag(row.deletedAt ?? row.updatedAt, now)}</td>
    <td data-label="First seen">${timeTag(row.firstSeenAt, now)}</td>
  </tr>`;
}

const short = (text: string) => (text.length <= 80 ? text : `${text.slice(0, 79)}…`);

function filePath({ request }: RecordsFacts, id: string, resource: string, format: string): string {
  return recordFilePath(id, resource, { format, search: request.search, deleted: request.deleted });
}
