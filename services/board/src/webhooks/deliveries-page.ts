// Deliveries of webhooks of all accounts: filters, one page of rows, and the way to a replay of all that fit.

import { clock, instant, outcomesInWords } from "@fleetkeeper/operator";
import { knownEventTypes } from "@fleetkeeper/webhooks";
import type { Role } from "../auth/identity.ts";
import { type Html, html, livePart } from "../html/html.ts";
import { layout, type PageState } from "../html/layout.ts";
import { pager } from "../html/pager.ts";
import { accountPath, deliveriesEventsPath, endpointsPath, replayAllPath } from "../html/paths.ts";
import { searchField, timeFields } from "../html/search-form.ts";
import { capitalised } from "../html/words.ts";
import type { Fragment } from "../live/live-hub.ts";
import { addressOf, type DeliveriesFacts, type DeliveriesRequest, outcomes } from "./delivery-query.ts";
import { deliveryTable } from "./delivery-table.ts";
import { webhooksNavigation } from "./navigation.ts";

export function deliveriesPage(
  page: PageState & { facts: DeliveriesFacts; notice: string | undefined },
): Html {
  const { request } = page.facts;
  return layout({
    ...page,
    title: "Webhooks",
    live: deliveriesEventsPath(request),
    content: html`<div class="title">
        <h1>Webhooks</h1>
        ${webhooksNavigation("deliveries")}
      </div>
      ${filterForm(request)}
      ${deliveriesFragments(page.facts, page.identity?.role ?? "viewer").map(livePart)}`,
  });
}

export function deliveriesFragments(facts: DeliveriesFacts, role: Role): Fragment[] {
  return [
    { id: "about", html: about(facts, role) },
    { id: "rows", html: rows(facts) },
  ];
}

function filterForm({ account, endpoint, type, outcome, from, to }: DeliveriesRequest): Html {
  return html`<form class="search" action="/webhooks" role="search">
    ${searchField({ name: "account", label: "Account", value: account, placeholder: "Its id, or the beginning" })}
    ${searchField({ name: "endpoint", label: "Endpoint", value: endpoint, placeholder: "Its id" })}
    <div>
      <label for="type">Type</label>
      <input id="type" name="type" type="search" value="${type}" list="types" placeholder="Such as alerts.asset.on" autocapitalize="none" spellcheck="false">
      <datalist id="types">${knownEventTypes.map((known) => html`<option value="${known}"></option>`)}</datalist>
    </div>
    <div>
      <label for="outcome">Outcome</label>
      <select id="outcome" name="outcome">
        <option value="">Any</option>
        ${outcomes.map((one) => html`<option value="${one}" ${one === outcome ? "selected" : ""}>${capitalised(outcomesInWords[one].text)}</option>`)}
      </select>
    </div>
    ${timeFields({ from, to })}
    <button>Show</button>
  </form>`;
}

function about({ at, request, accounts, rows, lookedSince }: DeliveriesFacts, role: Role): Html {
  const [only, ...others] = accounts ?? [];
  const isOne = only !== undefined && others.length === 0;
  return html`<div class="title">
    <p>${
      isOne
        ? html`Of account <a href="${accountPath(only._id)}">${only.accountId}</a>`
        : lookedSince === undefined
          ? ""
          : `Received since ${instant(lookedSince)}: name an account, or a time, to look further back`
    }</p>
    ${role === "operator" && isOne && rows.length > 0 ? html`<p class="actions"><a class="button quiet" href="${replayAllPath(request)}">Replay all of these</a></p>` : ""}
    <p class="faint">As of <time datetime="${at.toISOString()}">${clock(at)}</time></p>
  </div>`;
}

function rows(facts: DeliveriesFacts): Html {
  const { at, rows, request, next, accounts } = facts;
  const table =
    rows.length === 0
      ? html`<div class="card">${emptyList(facts)}</div>`
      : deliveryTable(rows, at, { withAccount: accounts === undefined });
  const { after, ...first } = request;
  return html`${table}
    ${pager({ after, next, pathOf: (page) => addressOf({ ...first, after: page }) })}`;
}

function emptyList({ request, accounts }: DeliveriesFacts): Html {
  if (accounts?.length === 0) return html`<p>There is no account ${request.account}.</p>`;
  if (accounts !== undefined && accounts.length > 1)
    return html`<p>Several accounts begin like this:</p>
      <ul class="plain-list">${accounts.map(({ _id }) => html`<li><a href="${addressOf({ ...request, account: _id })}">${_id}</a></li>`)}</ul>`;
  const { account, endpoint, type, outcome, from, to } = request;
  return account + endpoint + type + (outcome ?? "") + (from ?? "") + (to ?? "") === ""
    ? html`<p>No delivery has arrived yet. Endpoints are made on an account's page; <a href="${endpointsPath()}">all endpoints</a>.</p>`
    : html`<p>There is no such delivery.</p>`;
}
