// The audit log and the log of events, of all accounts: filters, one page of rows, and the same as a file.

import { clock, logOutcomeMoods, logSubject } from "@fleetkeeper/operator";
import { type LogEntry, logOutcomes } from "@fleetkeeper/store";
import { withCodes } from "../html/codes.ts";
import { type Html, html } from "../html/html.ts";
import { layout, type PageState } from "../html/layout.ts";
import { pager } from "../html/pager.ts";
import { accountPath, auditFilePath, auditPath } from "../html/paths.ts";
import { searchField, timeFields } from "../html/search-form.ts";
import { tableHead } from "../html/table-head.ts";
import { timeTag } from "../html/time.ts";
import { badge, capitalised } from "../html/words.ts";
import type { AuditFacts, AuditRequest } from "./query.ts";

export function auditPage(page: PageState & { facts: AuditFacts }): Html {
  const { facts } = page;
  return layout({
    ...page,
    title: "Audit log",
    content: html`<div class="title">
        <h1>Audit log</h1>
        <p class="faint">As of <time datetime="${facts.at.toISOString()}">${clock(facts.at)}</time></p>
      </div>
      ${filterForm(facts.request)}
      ${rows(facts)}
      <p class="faint">An action is noted before it is done; one that then fails is noted again. Entries are kept for two years, events for two weeks.</p>`,
  });
}

function filterForm({ account, who, action, outcome, kind, from, to }: AuditRequest): Html {
  const option = (value: string, text: string, chosen: string | undefined) =>
    html`<option value="${value}" ${(chosen ?? "") === value ? "selected" : ""}>${text}</option>`;
  return html`<form class="search" action="${auditPath()}" role="search">
    ${searchField({ name: "account", label: "Account", value: account, placeholder: "Its id or its name" })}
    ${searchField({ name: "who", label: "Who", value: who, placeholder: "Such as olive or cli:jo" })}
    ${searchField({ name: "action", label: "Action", value: action, placeholder: "Its beginning, such as pause" })}
    <div>
      <label for="outcome">Outcome</label>
      <select id="outcome" name="outcome">${option("", "Any", outcome)}${logOutcomes.map((one) => option(one, capitalised(one), outcome))}</select>
    </div>
    <div>
      <label for="kind">What</label>
      <select id="kind" name="kind">${option("", "Actions and events", kind)}${option("audit", "Actions", kind)}${option("event", "Events", kind)}</select>
    </div>
    ${timeFields({ from, to })}
    <button>Show</button>
  </form>`;
}

function rows({ rows, accounts, request, next, at }: AuditFacts): Html {
  if (accounts?.length === 0) return html`<p class="card">There is no account ${request.account}.</p>`;
  if (accounts !== undefined && accounts.length > 1)
    return html`<div class="card"><p>Several accounts have this name:</p>
      <ul class="plain-list">${accounts.map((_id) => html`<li><a href="${auditPath({ ...request, account: _id })}">${_id}</a></li>`)}</ul></div>`;
  const { after, ...first } = request;
  return html`${rows.length === 0 ? html`<p class="card">There is no such entry.</p>` : table(rows, at)}
    ${pager({ after, next, pathOf: (page) => auditPath({ ...first, after: page }) })}
    <p class="faint">All matching entries, the oldest first, as a file:
      <a href="${auditFilePath("ndjson", first)}" download>lines of JSON</a> ·
      <a href="${auditFilePath("csv", first)}" download>CSV</a></p>`;
}

function table(entries: readonly LogEntry[], now: Date): Html {
  return html`<table class="cards thirds audit" aria-label="Audit log">
    ${tableHead(["When", "Who", "Action", "Outcome", "About"])}
    <tbody>${entries.map((entry) => row(entry, now))}</tbody>
  </table>`;
}

function row(entry: LogEntry, now: Date): Html {
  const { at, who, action, sync, outcome, code, kind, address } = entry;
  return html`<tr>
    <th scope="row">${timeTag(at, now)}</th>
    <td data-label="Who">${kind === "event" ? html`<span class="faint">event</span>` : who}${address === undefined ? "" : html` <small>${address}</small>`}</td>
    <td data-label="Action">${withCodes(action)}${sync === undefined ? "" : html` <code>${sync}</code>`}</td>
    <td data-label="Outcome">${badge(logOutcomeMoods[outcome], outcome)}${code === undefined ? "" : html` ${withCodes(code)}`}</td>
    <td data-label="About">${about(entry)}</td>
  </tr>`;
}

function about(entry: LogEntry): Html {
  const { installationId } = entry;
  if (installationId === undefined) return html`${logSubject(entry) ?? ""}`;
  return html`<a href="${accountPath(installationId)}">${installationId}</a>`;
}
