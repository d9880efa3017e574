// The last requests of the publisher's own code to Trackunit on behalf of an account.

import { count, duration } from "@fleetkeeper/operator";
import { withCodes } from "../../html/codes.ts";
import { type Html, html } from "../../html/html.ts";
import { tableHead } from "../../html/table-head.ts";
import { timeTag } from "../../html/time.ts";
import { badge } from "../../html/words.ts";
import type { AccountFacts } from "./read.ts";

/** Nothing where none was made: most accounts have no such requests. */
export function requestsSection({ requests, at }: AccountFacts): Html {
  if (requests.length === 0) return html``;
  return html`<section aria-labelledby="requests-title">
    <h2 id="requests-title">Forwarded requests</h2>
    <p class="faint">Requests of your own code to Trackunit through the API: without bodies, and of a query only the names.</p>
    <table class="cards thirds requests">
      ${tableHead(["Request", "When", "Answer", { number: "Took" }, { number: "Bytes" }, "Key"])}
      <tbody>${requests.map((request) => requestRow(request, at))}</tbody>
    </table>
  </section>`;
}

function requestRow(request: AccountFacts["requests"][number], now: Date): Html {
  const { method, path, status, code, durationMs, receivedBytes, who } = request;
  const isBad = code !== null || status === null || status >= 400;
  return html`<tr>
    <th scope="row"><code>${method} ${path}</code></th>
    <td data-label="When">${timeTag(request.at, now)}</td>
    <td data-label="Answer">${badge(isBad ? "wait" : "good", String(status ?? "none"))} <small>${withCodes(code ?? "")}</small></td>
    <td data-label="Took" class="number nowrap">${duration(durationMs)}</td>
    <td data-label="Bytes" class="number">${count(receivedBytes)}</td>
    <td data-label="Key"><small>${who}</small></td>
  </tr>`;
}
