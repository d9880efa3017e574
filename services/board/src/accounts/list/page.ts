// The list of accounts: search, filter, order, and one page of rows.

import { installationStates } from "@fleetkeeper/model";
import {
  bulkActionNames,
  clock,
  count,
  type Mood,
  nameOfAccount,
  stateMoods,
  syncStanding,
  tokenStanding,
} from "@fleetkeeper/operator";
import type { Role } from "../../auth/identity.ts";
import { type Html, html, livePart } from "../../html/html.ts";
import { layout, type PageState } from "../../html/layout.ts";
import { pager, searchGoesOn } from "../../html/pager.ts";
import { accountPath, bulkPath } from "../../html/paths.ts";
import { tableHead } from "../../html/table-head.ts";
import { timeTag } from "../../html/time.ts";
import { badge, capitalised } from "../../html/words.ts";
import type { Fragment } from "../../live/live-hub.ts";
import { bulkWords } from "../bulk/words.ts";
import { addressOf, type ListFacts, type ListRequest } from "./read.ts";
import { syncLines } from "./sync-lines.ts";

export function listPage(page: PageState & { facts: ListFacts; notice: string | undefined }): Html {
  const { request } = page.facts;
  const isOperator = page.identity?.role === "operator";
  return layout({
    ...page,
    title: "Accounts",
    // A search that was cut took its time already, and would take it again every few seconds.
    ...(page.facts.isCut ? {} : { live: addressOf(request).replace("/accounts", "/accounts/events") }),
    content: html`<div class="title">
        <h1>Accounts</h1>
      </div>
      ${searchForm(request)}
      ${isOperator ? bulkForm(request) : ""}
      ${listFragments(page.facts, page.identity?.role ?? "viewer").map(livePart)}`,
  });
}

export function listFragments(facts: ListFacts, role: Role): Fragment[] {
  return [
    { id: "states", html: stateFilter(facts) },
    { id: "rows", html: rows(facts, role) },
  ];
}

function searchForm(request: ListRequest): Html {
  const { search, sort, failing } = request;
  return html`<form class="search" action="/accounts" role="search">
    ${hidden(request, "state", "failing")}
    <div>
      <label for="search">Id, name, fingerprint or @app</label>
      <input id="search" name="search" type="search" value="${search}" placeholder="A part is enough" autocapitalize="none" spellcheck="false" aria-keyshortcuts="/ Control+K Meta+K" data-search>
    </div>
    ${
      failing === undefined
        ? html`<div>
      <label for="sort">Order</label>
      <select id="sort" name="sort">
        <option value="id" ${sort === "id" ? "selected" : ""}>By id</option>
        <option value="newest" ${sort === "newest" ? "selected" : ""}>Newest install first</option>
      </select>
    </div>`
        : ""
    }
    <button>Show</button>
  </form>`;
}

/** The form that the ticks in the rows belong to. It stands outside the parts that are brought up to date. */
function bulkForm(request: ListRequest): Html {
  return html`<form class="bulk" id="${bulkFormId}" action="${bulkPath()}" aria-label="Many accounts">
    ${hidden(request, "search", "state", "failing")}
    <label for="bulk-action">Many at once</label>
    <select id="bulk-action" name="action">${bulkActionNames.map((name) => html`<option value="${name}">${bulkWords[name].verb}</option>`)}</select>
    <button class="quiet" name="whose" value="fit">All that match…</button>
    <button class="quiet" name="whose" value="ticked">Ticked accounts…</button>
  </form>`;
}

const bulkFormId = "bulk-form";

/** What the list is narrowed down to, for a form that keeps it. */
function hidden(request: ListRequest, ...names: ("search" | "state" | "failing")[]): Html {
  return html`${names.map((name) => (request[name] ? html`<input type="hidden" name="${name}" value="${request[name]}">` : ""))}`;
}

function stateFilter({ request, counts, failing, at }: ListFacts): Html {
  const all = counts.active + counts.paused + counts.revoked;
  const { search, sort } = request;
  const choice = (to: Partial<ListRequest>, text: string, number: string, mood: Mood | "") =>
    html`<a href="${addressOf({ sort, ...to })}" ${isChosen(request, to) ? html`aria-current="true"` : ""} class="${number === "0" ? "" : mood}">${text} <span class="tally">${number}</span></a>`;
  return html`<div class="title">
    <nav class="choices" aria-label="State">
      ${choice({ search }, "All", count(all), "")}
      ${choice({ search, failing: "any" }, "Failing", `${count(failing.accounts)}${failing.isMore ? "+" : ""}`, "bad")}
      ${installationStates.map((state) => choice({ search, state }, capitalised(state), count(counts[state]), stateMoods[state]))}
    </nav>
    ${request.failing === undefined || request.failing === "any" ? "" : html`<p>Syncs fail with <code>${request.failing}</code></p>`}
    <p class="faint">As of <time datetime="${at.toISOString()}">${clock(at)}</time></p>
  </div>`;
}

function isChosen(request: ListRequest, to: Partial<ListRequest>): boolean {
  return to.state === request.state && (to.failing === undefined) === (request.failing === undefined);
}

function rows(facts: ListFacts, role: Role): Html {
  const { rows, request, next, counts, isCut } = facts;
  const { after, ...first } = request;
  const paging = html`${isCut && rows.length > 0 ? html`<p class="faint">The search has not covered all accounts yet; the next page continues it.</p>` : ""}${pager({ after, next, pathOf: (page) => addressOf({ ...first, after: page }) })}`;
  if (rows.length === 0) return html`${emptyList(facts, counts)}${paging}`;
  return html`<table class="cards accounts" aria-label="Accounts">
      ${tableHead(["Account", "State", "Token", "Syncs"])}
      <tbody>${rows.map((row) => accountRow(row, facts.at, role))}</tbody>
    </table>
    ${paging}`;
}

function emptyList({ request, next, isCut }: ListFacts, counts: ListFacts["counts"]): Html {
  if (isCut) return searchGoesOn("None among the accounts searched so far; the next page continues.");
  const text =
    next !== undefined
      ? "None on this page; the next page may have some."
      : counts.active + counts.paused + counts.revoked === 0
        ? "No account has installed the app yet."
        : request.failing !== undefined && request.search === ""
          ? "No sync fails like this."
          : request.search === ""
            ? "No account is in this state."
            : `No account ${request.failing === undefined ? "" : "that fails like this "}has this text in its id, its names or a fingerprint.`;
  return html`<p class="card">${text}</p>`;
}

function accountRow({ installation, syncs }: ListFacts["rows"][number], now: Date, role: Role): Html {
  const { _id, accountId, irisAppId, state, installedAt } = installation;
  const name = nameOfAccount(installation);
  const token = tokenStanding(installation, now);
  const moods = [stateMoods[state], token.mood, ...syncs.map((sync) => syncStanding(sync, now).mood)];
  return html`<tr class="${worst.find((mood) => moods.includes(mood)) ?? ""}">
    <th scope="row">
      ${role === "operator" ? html`<input type="checkbox" class="tick" id="tick-${_id}" form="${bulkFormId}" name="id" value="${_id}" aria-label="Tick ${name ?? accountId}">` : ""}
      <a href="${accountPath(_id)}">${name ?? accountId}</a>
      <small>${name === undefined ? "" : html`${accountId} · `}${irisAppId} · installed ${timeTag(installedAt, now)}</small>
    </th>
    <td data-label="State">${badge(stateMoods[state], state)}</td>
    <td data-label="Token">
      ${badge(token.mood, token.label)}
      ${token.until === null ? "" : html`<small>${untilWords[token.label] ?? "expires"} ${timeTag(token.until, now)}</small>`}
    </td>
    <td data-label="Syncs">${syncLines(_id, syncs, now)}</td>
  </tr>`;
}

const worst: readonly Mood[] = ["bad", "wait"];
/** What the time beside a token's badge stands for, where it is not the end of a good one. */
const untilWords: Record<string, string> = {
  refused: "again",
  failed: "again",
  "none yet": "due",
  expired: "",
  expiring: "",
};
