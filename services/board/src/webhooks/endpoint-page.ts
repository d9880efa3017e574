// The page of one endpoint: its URL and what to enter where, its state, its keys, and its last deliveries.

import { shortEndpointId } from "@fleetkeeper/model";
import { endpointStanding, endpointSteps } from "@fleetkeeper/operator";
import type { DeliveryRow } from "@fleetkeeper/store";
import { copyable } from "../html/copyable.ts";
import { fact } from "../html/fact.ts";
import { type Html, html } from "../html/html.ts";
import { layout, type PageState } from "../html/layout.ts";
import { accountPath, deliveriesPath, endpointActionPath } from "../html/paths.ts";
import { timeTag } from "../html/time.ts";
import { badge, capitalised } from "../html/words.ts";
import { endpointActions } from "./actions.ts";
import { deliveryTable } from "./delivery-table.ts";
import { type EndpointFacts, refusedInWords } from "./endpoint-table.ts";

export interface EndpointPageFacts extends EndpointFacts {
  at: Date;
  /** What is entered in Trackunit Manager. */
  url: string;
  deliveries: DeliveryRow[];
}

export function endpointPage(
  page: PageState & { facts: EndpointPageFacts; notice: string | undefined },
): Html {
  const { facts, identity } = page;
  const { endpoint, at, deliveries } = facts;
  const { endpointId, installationId } = endpoint;
  const { label, text, mood } = endpointStanding(endpoint, at);
  return layout({
    ...page,
    title: `Webhook endpoint ${shortEndpointId(endpointId)}`,
    content: html`<p class="trail"><a href="${deliveriesPath()}">Webhooks</a> · <a href="${accountPath(installationId)}">${installationId}</a></p>
      <h1>Endpoint ${shortEndpointId(endpointId)} ${badge(mood, label)}</h1>
      <p>${capitalised(text)}.</p>
      ${identity?.role === "operator" ? actionBar(facts) : ""}
      ${steps(facts)}
      ${factList(facts)}
      <section aria-labelledby="deliveries-title">
        <h2 id="deliveries-title">Last deliveries</h2>
        ${
          deliveries.length === 0
            ? html`<p class="card">None has arrived yet.</p>`
            : html`${deliveryTable(deliveries, at, { withAccount: false })}
              <p><a href="${deliveriesPath({ account: installationId, endpoint: endpointId })}">All of them</a></p>`
        }
      </section>`,
  });
}

function actionBar({ endpoint }: EndpointPageFacts): Html {
  const { giveKey, rotate, pause, resume, remove } = endpointActions;
  const offered = [
    endpoint.keys.length === 0 ? giveKey : rotate,
    endpoint.state === "paused" ? resume : pause,
    remove,
  ];
  return html`<p class="actions">${offered.map(
    (action, index) =>
      html`<a class="button ${index === 0 ? "" : "quiet"} ${action.irrevocable ? "danger" : ""}" href="${endpointActionPath(action, endpoint.endpointId)}">${action.verb}</a>`,
  )}</p>`;
}

function steps({ endpoint, url }: EndpointPageFacts): Html {
  const hasKey = endpoint.keys.length > 0;
  const lines = endpointSteps({ hasKey, giveKey: `“${endpointActions.giveKey.verb}” on this page.` });
  return html`<section aria-labelledby="steps-title">
    <h2 id="steps-title">How to set it up in Trackunit</h2>
    ${url.startsWith("http") && !url.includes("<") ? "" : html`<p class="notice wait">INGRESS_PUBLIC_URL is not set here: put the ingress's address, as Trackunit reaches it, there.</p>`}
    <ol class="card steps">${lines.map((line, index) => html`<li>${line}${index === 0 ? html` <code>${url}</code>` : ""}</li>`)}</ol>
  </section>`;
}

function factList({ endpoint, refusals, at }: EndpointPageFacts): Html {
  const { createdAt, events, keys, lastDeliveryAt, endpointId } = endpoint;
  const valid = keys.filter(({ until }) => until === null || until > at);
  return html`<section class="card" aria-label="How it is">
    <dl>
      ${fact("Added", timeTag(createdAt, at))}
      ${fact("Last delivery", lastDeliveryAt === null ? html`none` : timeTag(lastDeliveryAt, at))}
      ${fact("Refused recently", html`${refusedInWords(refusals)}`)}
      ${fact("Signing keys", valid.length === 0 ? html`none` : html`${valid.map(({ addedAt, until }) => html`<div>given ${timeTag(addedAt, at)}${until === null ? "" : html`, good until it ends ${timeTag(until, at)}`}</div>`)}`)}
      ${fact("A delivery without a type counts as", events.length === 0 ? html`nothing` : html`${events.map((event) => html`<code>${event}</code> `)}`)}
      ${fact("Endpoint id", copyable(endpointId))}
    </dl>
  </section>`;
}
