// A table of attempts to tell a receiver of events: what it answered, and when it is tried again.

import { attemptInWords } from "@fleetkeeper/operator";
import type { AttemptDocument } from "@fleetkeeper/store";
import { withCodes } from "../html/codes.ts";
import { type Html, html } from "../html/html.ts";
import { accountPath, receiverActionPath, receiverPath } from "../html/paths.ts";
import { tableHead } from "../html/table-head.ts";
import { timeTag } from "../html/time.ts";
import { badge } from "../html/words.ts";
import { receiverActions } from "./actions.ts";

export function attemptTable(
  rows: readonly AttemptDocument[],
  now: Date,
  { mayReplay }: { mayReplay: boolean },
): Html {
  return html`<table class="cards thirds deliveries" aria-label="Deliveries">
    ${tableHead(["Event", "Account", "At", "Outcome", "Answer", mayReplay && "Actions"])}
    <tbody>${rows.map((row) => attemptRow(row, now, mayReplay))}</tbody>
  </table>`;
}

function attemptRow(row: AttemptDocument, now: Date, mayReplay: boolean): Html {
  const { receiverId, eventId, type, installationId, attempt, at, outcome, status, code, answer } = row;
  const { mood, text } = attemptInWords(row, now);
  return html`<tr>
    <th scope="row"><code>${type}</code> <small><a href="${receiverPath(receiverId, { event: eventId })}"><code>${eventId}</code></a></small></th>
    <td data-label="Account">${type === "test" ? "none" : html`<a href="${accountPath(installationId)}"><small>${installationId}</small></a>`}</td>
    <td data-label="At">${timeTag(at, now)} <small>try ${attempt}</small></td>
    <td data-label="Outcome">${badge(mood, outcome.replace("-", " "))} <small>${withCodes(status === null || code === null ? text : `${text} (${code})`)}</small></td>
    <td data-label="Answer"><small>${answer === "" ? "empty" : answer}</small></td>
    ${mayReplay ? html`<td data-label="Actions"><a class="button quiet" href="${receiverActionPath(receiverActions.replay, receiverId, eventId)}" aria-label="Replay ${eventId}, try ${attempt}">Replay</a></td>` : ""}
  </tr>`;
}
