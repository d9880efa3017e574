// The page of one receiver: its state, what it is notified of, its secrets, and what it answered.

import { receiverStanding } from "@fleetkeeper/operator";
import type { Role } from "../auth/identity.ts";
import { withCodes } from "../html/codes.ts";
import { copyable } from "../html/copyable.ts";
import { fact } from "../html/fact.ts";
import { type Html, html, livePart } from "../html/html.ts";
import { layout, type PageState } from "../html/layout.ts";
import { pager } from "../html/pager.ts";
import {
  changeReceiverPath,
  receiverActionPath,
  receiverEventsPath,
  receiverPath,
  receiversPath,
} from "../html/paths.ts";
import { searchField } from "../html/search-form.ts";
import { timeTag } from "../html/time.ts";
import { badge, capitalised } from "../html/words.ts";
import type { Fragment } from "../live/live-hub.ts";
import { receiverActions } from "./actions.ts";
import { attemptTable } from "./attempt-table.ts";
import { type AttemptsRequest, outcomes, type ReceiverFacts } from "./delivery-query.ts";
import { eventsInWords, shownUrl } from "./words.ts";

export function receiverPage(page: PageState & { facts: ReceiverFacts; notice: string | undefined }): Html {
  const { facts, identity } = page;
  const { receiver, request } = facts;
  const [about, rows] = receiverFragments(facts, identity?.role ?? "viewer").map(livePart);
  return layout({
    ...page,
    title: `Receiver ${shownUrl(receiver.url)}`,
    live: receiverEventsPath(receiver._id, request),
    content: html`<p class="trail"><a href="${receiversPath}">Receivers</a></p>
      ${about ?? ""}
      <section aria-labelledby="deliveries-title">
        <h2 id="deliveries-title">Deliveries</h2>
        ${filterForm(receiver._id, request)}
        ${rows ?? ""}
      </section>`,
  });
}

export function receiverFragments(facts: ReceiverFacts, role: Role): Fragment[] {
  return [
    { id: "about", html: about(facts, role) },
    { id: "rows", html: rows(facts, role) },
  ];
}

function about({ receiver, at }: ReceiverFacts, role: Role): Html {
  const { mood, label, text } = receiverStanding(receiver, at);
  const { _id, url, description, irisAppId, lastSuccessAt, createdAt, createdBy, secrets } = receiver;
  const valid = secrets.filter(({ until }) => until === null || until > at);
  return html`<h1>${shownUrl(url)} ${badge(mood, label)}</h1>
    <p>${withCodes(capitalised(text))}.</p>
    ${role === "operator" ? actionBar(_id, receiver.disabled !== null) : ""}
    <section class="card" aria-label="How it is">
      <dl>
        ${description === "" ? "" : fact("Description", html`${description}`)}
        ${fact("Events", html`${eventsInWords(receiver)}`)}
        ${fact("Accounts of", html`${irisAppId ?? "all apps"}`)}
        ${fact("Last success", lastSuccessAt === null ? html`none` : timeTag(lastSuccessAt, at))}
        ${fact("Secrets", html`${valid.map(({ addedAt, until }) => html`<div>made ${timeTag(addedAt, at)}${until === null ? "" : html`, signs until it ends ${timeTag(until, at)}`}</div>`)}`)}
        ${fact("Made", html`${timeTag(createdAt, at)} by ${createdBy}`)}
        ${fact("Receiver id", copyable(_id))}
      </dl>
    </section>`;
}

function actionBar(id: string, isDisabled: boolean): Html {
  const { test, replaySince, rotate, enable, disable, remove } = receiverActions;
  const offered = isDisabled ? [enable, rotate, remove] : [test, replaySince, rotate, disable, remove];
  const change = html`<a class="button quiet" href="${changeReceiverPath(id)}">Change</a>`;
  return html`<p class="actions">${offered.map(
    (action, index) =>
      html`${action === remove ? change : ""}<a class="button ${index === 0 ? "" : "quiet"} ${action.irrevocable ? "danger" : ""}" href="${receiverActionPath(action, id)}">${action.verb}</a>`,
  )}</p>`;
}

function filterForm(id: string, { outcome, event }: AttemptsRequest): Html {
  return html`<form class="search" action="${receiverPath(id)}" role="search">
    <div>
      <label for="outcome">Outcome</label>
      <select id="outcome" name="outcome">
        <option value="">Any</option>
        ${outcomes.map((one) => html`<option value="${one}" ${one === outcome ? "selected" : ""}>${capitalised(one.replace("-", " "))}</option>`)}
      </select>
    </div>
    ${searchField({ name: "event", label: "Event", value: event, placeholder: "Its id" })}
    <button>Show</button>
  </form>`;
}

function rows({ at, receiver, rows, request, next }: ReceiverFacts, role: Role): Html {
  const { outcome, event, after } = request;
  const mayReplay = role === "operator" && receiver.disabled === null;
  const empty =
    outcome === undefined && event === "" ? "Nothing was sent yet." : "There is no such delivery.";
  const table =
    rows.length === 0 ? html`<p class="card">${empty}</p>` : attemptTable(rows, at, { mayReplay });
  const pathOf = (page: string | undefined) => receiverPath(receiver._id, { ...request, after: page });
  return html`${table}
    ${pager({ after, next, pathOf })}`;
}
