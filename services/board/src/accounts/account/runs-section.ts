// The last runs of all syncs of an account.

import { changesInWords, count, duration } from "@fleetkeeper/operator";
import { withCodes } from "../../html/codes.ts";
import { type Html, html } from "../../html/html.ts";
import { deliveryPath, runPath } from "../../html/paths.ts";
import { tableHead } from "../../html/table-head.ts";
import { timeTag } from "../../html/time.ts";
import { badge } from "../../html/words.ts";
import type { AccountFacts } from "./read.ts";

export function runsSection({ runs, at }: AccountFacts): Html {
  return html`<section aria-labelledby="runs-title">
    <h2 id="runs-title">Last runs</h2>
    ${runs.length === 0 ? html`<p class="card">None has ended yet.</p>` : runTable(runs, at)}
  </section>`;
}

function runTable(runs: AccountFacts["runs"], now: Date): Html {
  return html`<table class="cards thirds runs">
    ${tableHead(["Sync", "Ended", "Outcome", { number: "Took" }, { number: "Pages" }, { number: "Records" }, "Changes"])}
    <tbody>${runs.map((run) => runRow(run, now))}</tbody>
  </table>`;
}

function runRow(run: AccountFacts["runs"][number], now: Date): Html {
  const failed = run.outcome === "failed";
  return html`<tr class="${failed ? "bad" : ""}">
    <th scope="row"><a href="${runPath(run._id)}">${run.sync}</a></th>
    <td data-label="Ended">${timeTag(run.at, now)}</td>
    <td data-label="Outcome">
      ${badge(failed ? "bad" : "good", run.outcome)}
      ${run.setOffBy === undefined ? "" : html`<small>started by a <a href="${deliveryPath(run.setOffBy)}">webhook</a></small>`}
      ${failed ? html`<small>${withCodes(run.code ?? "")} ${run.message ?? ""}</small>` : ""}
    </td>
    <td data-label="Took" class="number nowrap">${duration(run.at.getTime() - run.startedAt.getTime())}</td>
    <td data-label="Pages" class="number">${count(run.pages)}</td>
    <td data-label="Records" class="number">${count(run.records)}</td>
    <td data-label="Changes"><small>${changesInWords(run.changes)}</small></td>
  </tr>`;
}
