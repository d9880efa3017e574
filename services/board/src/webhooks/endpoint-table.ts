// A table of endpoints for webhooks, each a link to its page: its state, and what was refused there.

import type { WebhookRefusals } from "@fleetkeeper/jobs";
import { shortEndpointId } from "@fleetkeeper/model";
import { describeRefusals, endpointStanding } from "@fleetkeeper/operator";
import type { WebhookEndpointDocument } from "@fleetkeeper/store";
import { type Html, html } from "../html/html.ts";
import { accountPath, endpointPath } from "../html/paths.ts";
import { tableHead } from "../html/table-head.ts";
import { timeTag } from "../html/time.ts";
import { badge } from "../html/words.ts";

export interface EndpointFacts {
  endpoint: WebhookEndpointDocument;
  /** Undefined while Redis does not answer. */
  refusals: WebhookRefusals | undefined;
}

/** `withAccount`: where they may be of several accounts. */
export function endpointTable(
  endpoints: readonly EndpointFacts[],
  now: Date,
  { withAccount }: { withAccount: boolean },
): Html {
  return html`<table class="cards thirds endpoints" aria-label="Endpoints">
    ${tableHead(["Endpoint", withAccount && "Account", "Now", "Last delivery", "Refused lately"])}
    <tbody>${endpoints.map(({ endpoint, refusals }) => {
      const { label, text, mood } = endpointStanding(endpoint, now);
      const { endpointId, installationId, lastDeliveryAt } = endpoint;
      return html`<tr class="${mood === "bad" ? "bad" : ""}">
        <th scope="row"><a href="${endpointPath(endpointId)}"><code>${shortEndpointId(endpointId)}</code></a></th>
        ${withAccount ? html`<td data-label="Account"><a href="${accountPath(installationId)}"><small>${installationId}</small></a></td>` : ""}
        <td data-label="Now">${badge(mood, label)} <small>${text}</small></td>
        <td data-label="Last delivery">${lastDeliveryAt === null ? "none" : timeTag(lastDeliveryAt, now)}</td>
        <td data-label="Refused lately"><small>${refusedInWords(refusals)}</small></td>
      </tr>`;
    })}</tbody>
  </table>`;
}

export function refusedInWords(refusals: WebhookRefusals | undefined): string {
  return refusals === undefined ? "unknown: Redis does not answer" : (describeRefusals(refusals) ?? "none");
}
