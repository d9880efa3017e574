// A table of deliveries of webhooks, each a link to its page.

import { outcomesInWords } from "@fleetkeeper/operator";
import type { DeliveryRow } from "@fleetkeeper/store";
import { type Html, html } from "../html/html.ts";
import { accountPath, deliveryPath } from "../html/paths.ts";
import { tableHead } from "../html/table-head.ts";
import { timeTag } from "../html/time.ts";
import { badge, capitalised } from "../html/words.ts";

/** `withAccount`: where they may be of several accounts. */
export function deliveryTable(
  rows: readonly DeliveryRow[],
  now: Date,
  { withAccount }: { withAccount: boolean },
): Html {
  return html`<table class="cards thirds deliveries" aria-label="Deliveries">
    ${tableHead(["Event", withAccount && "Account", "Received", "Outcome", "Syncs"])}
    <tbody>${rows.map(({ _id, installationId, type, receivedAt, outcome, refreshed, replayedAt }) => {
      const { text, mood } = outcomesInWords[outcome];
      return html`<tr>
        <th scope="row"><a href="${deliveryPath(_id)}"><code>${type ?? "without a type"}</code></a></th>
        ${withAccount ? html`<td data-label="Account"><a href="${accountPath(installationId)}"><small>${installationId}</small></a></td>` : ""}
        <td data-label="Received">${timeTag(receivedAt, now)}</td>
        <td data-label="Outcome">
          ${badge(mood, outcome)}
          <small>${capitalised(text)}${replayedAt === undefined ? "" : html`; replayed ${timeTag(replayedAt, now)}`}</small>
        </td>
        <td data-label="Syncs"><small>${refreshed.map(({ sync }) => sync).join(", ") || "none"}</small></td>
      </tr>`;
    })}</tbody>
  </table>`;
}
