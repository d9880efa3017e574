// How much of Trackunit's limits the requests of an account use, family by family.

import { count, duration } from "@fleetkeeper/operator";
import type { FamilyUse } from "@fleetkeeper/trackunit";
import { type Html, html } from "../../html/html.ts";
import { tableHead } from "../../html/table-head.ts";
import { timeTag } from "../../html/time.ts";
import { badge } from "../../html/words.ts";
import type { AccountFacts } from "./read.ts";

export function limitsSection({ limits, at }: AccountFacts): Html {
  return html`<section aria-labelledby="limits-title">
    <h2 id="limits-title">Trackunit's limits</h2>
    <p class="faint">What Fleetkeeper sent for this account: syncs and forwarded requests of all its processes. What other programs send with the account's credential is not counted here.</p>
    ${
      limits === undefined
        ? html`<p class="notice wait">The requests cannot be read: Redis does not answer, or its ACL file was made before the board might read them.</p>`
        : html`<table class="cards thirds limits" aria-label="Trackunit's limits">
      ${tableHead(["Requests to", "Sent", "Within", "Now"])}
      <tbody>${limits.map((one) => limitRow(one, at))}</tbody>
    </table>`
    }
  </section>`;
}

function limitRow({ family, used, requests, windowMs, closedUntil }: FamilyUse, now: Date): Html {
  const isFull = used !== undefined && requests !== undefined && used >= requests;
  return html`<tr class="${closedUntil === null ? "" : "wait"}">
    <th scope="row">${family}</th>
    <td data-label="Sent">${
      used === undefined || requests === undefined
        ? html`<span class="faint">its budget is in each answer</span>`
        : html`<meter min="0" max="${requests}" value="${Math.min(used, requests)}" aria-label="Requests to ${family}"></meter> ${count(used)} of ${count(requests)}`
    }</td>
    <td data-label="Within">${windowMs === undefined ? "" : duration(windowMs)}</td>
    <td data-label="Now">${
      closedUntil !== null
        ? html`${badge("wait", "closed by Trackunit")} <small>until ${timeTag(closedUntil, now)}</small>`
        : isFull
          ? badge("busy", "used up")
          : badge("good", "free")
    }</td>
  </tr>`;
}
