// The audit log and the log of events, of all accounts: filters, one page of rows, and the same as a file.

import { clock, logOutcomeMoods, logSubject } from "@fleetkeeper/operator";
import { type LogEntry, logOutcomes } from "@fleetkeeper/store";
import { withCodes } from "../html/codes.ts";
import { type Html, html } from "../html/html.ts";
import { layout, type PageState } from "../html/layout.ts";
import { accountPath, auditFilePath, auditPath } from "../html/paths.ts";
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
    <div>
      <label for="account">Account</label>
      <input id="account" name="account" type="search" value="${account}" placeholder="Its id or its name" autocapitalize="none" spellcheck="false">
    </div>
    <div>
      <label for="who">Who</label>
      <input id="who" name="who" type="search" value="${who}" placeholder="Such as olive or cli:jo" autocapitalize="none" spellcheck="false">
    </div>
    <div>
      <label for="action">Action</label>
      <input id="action" name="action" type="search" value="${action}" placeholder="Its beginning, such as pause" autocapitalize="none" spellcheck="false">
    </div>
    <div>
      <label for="outcome">Outcome</label>
      <select id="outcome" name="outcome">${option("", "Any", outcome)}${logOutcomes.map((one) => option(one, capitalised(one), outcome))}</select>
    </div>
    <div>
      <label for="kind">What</label>
      <select id="kind" name="kind">${option("", "Actions and events", kind)}${option("audit", "Actions", kind)}${option("event", "Events", kind)}</select>
    </div>
    <div>
      <label for="from">From (UTC)</label>
      <input id="from" name="from" type="datetime-local" value="${from ?? ""}">
    </div>
    <div>
      <label for="to">Before (UTC)</label>
      <input id="to" name="to" type="datetime-local" value="${to ?? ""}">
    </div>
    <button>Show</button>
  </form>`;
}

function rows({ rows, accounts, request, next, at }: AuditFacts): Html {
  if (accounts?.length === 0) return html`<p class="card">There is no account ${request.account}.</p>`;
  if (accounts !== undefined && accounts.length > 1)
    return html`<div class="card"><p>Several accounts are called so:</p>
      <ul class="plain-list">${accounts.map((_id) => html`<li><a href="${auditPath({ ...request, account: _id })}">${_id}</a></li>`)}</ul></div>`;
  const { after: here, ...first } = request;
  return html`${rows.length === 0 ? html`<p class="card">There is no such entry.</p>` : table(rows, at)}
    ${here === undefined && next === undefined ? "" : pager(first, here, next)}
    <p class="faint">All that fit, the oldest first, as a file:
      <a href="${auditFilePath("ndjson", first)}" download>lines of JSON</a> ·
      <a href="${auditFilePath("csv", first)}" download>CSV</a></p>`;
}

function pager(first: Partial<AuditRequest>, here: string | undefined, next: string | undefined): Html {
  return html`<nav class="pager" aria-label="Pages">
    ${here === undefined ? "" : html`<a class="button quiet" href="${auditPath(first)}">First page</a>`}
    ${next === undefined ? html`<span class="faint">This is the last page.</span>` : html`<a class="button quiet" href="${auditPath({ ...first, after: next })}" rel="next">Next page</a>`}
  </nav>`;
}

function table(entries: readonly LogEntry[], now: Date): Html {
  return html`<table class="cards thirds audit" aria-label="Audit log">
    <thead>
      <tr>
        <th scope="col">When</th>
        <th scope="col">Who</th>
        <th scope="col">Action</th>
        <th scope="col">Outcome</th>
        <th scope="col">About</th>
      </tr>
    </thead>
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
