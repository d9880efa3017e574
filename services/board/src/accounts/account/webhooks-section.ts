// The account's webhooks: how each endpoint does, and what came in last.

import { describeRefusals, endpointStanding, outcomesInWords } from "@fleetkeeper/operator";
import { type Html, html } from "../../html/html.ts";
import { timeTag } from "../../html/time.ts";
import { badge, capitalised } from "../../html/words.ts";
import type { AccountFacts } from "./read.ts";

/** Nothing where the account has no endpoint. */
export function webhooksSection({ endpoints, deliveries, at }: AccountFacts): Html {
  if (endpoints.length === 0) return html``;
  return html`<section aria-labelledby="webhooks-title">
    <h2 id="webhooks-title">Webhooks</h2>
    <table class="cards thirds">
      <thead>
        <tr>
          <th scope="col">Endpoint</th>
          <th scope="col">Now</th>
          <th scope="col">Last delivery</th>
          <th scope="col">Refused lately</th>
        </tr>
      </thead>
      <tbody>${endpoints.map((endpoint) => endpointRow(endpoint, at))}</tbody>
    </table>
    ${deliveries.length === 0 ? "" : deliveryTable(deliveries, at)}
    <p class="faint">Endpoints are added, rotated and paused, and deliveries shown and replayed, by <code>fleetkeeper webhooks</code>.</p>
  </section>`;
}

function endpointRow({ endpoint, refusals }: AccountFacts["endpoints"][number], now: Date): Html {
  const { label, text, mood } = endpointStanding(endpoint, now);
  const { lastDeliveryAt } = endpoint;
  const refused =
    refusals === undefined ? "unknown: Redis does not answer" : (describeRefusals(refusals) ?? "none");
  return html`<tr class="${mood === "bad" ? "bad" : ""}">
    <th scope="row"><code>${endpoint.endpointId.slice(0, 6)}…</code></th>
    <td data-label="Now">${badge(mood, label)} <small>${text}</small></td>
    <td data-label="Last delivery">${lastDeliveryAt === null ? "none" : timeTag(lastDeliveryAt, now)}</td>
    <td data-label="Refused lately"><small>${refused}</small></td>
  </tr>`;
}

function deliveryTable(deliveries: AccountFacts["deliveries"], now: Date): Html {
  return html`<p class="faint">The last deliveries:</p>
    <table class="cards thirds">
    <thead>
      <tr>
        <th scope="col">Event</th>
        <th scope="col">Received</th>
        <th scope="col">Outcome</th>
        <th scope="col">Syncs</th>
      </tr>
    </thead>
    <tbody>${deliveries.map(({ type, receivedAt, outcome, refreshed }) => {
      const { text, mood } = outcomesInWords[outcome];
      return html`<tr>
        <th scope="row"><code>${type ?? "without a type"}</code></th>
        <td data-label="Received">${timeTag(receivedAt, now)}</td>
        <td data-label="Outcome">${badge(mood, outcome)} <small>${capitalised(text)}</small></td>
        <td data-label="Syncs"><small>${refreshed.map(({ sync }) => sync).join(", ") || "none"}</small></td>
      </tr>`;
    })}</tbody>
  </table>`;
}
