// The queues with their counts, the worrying ones marked; links lead to the Bull board.

import type { QueueName } from "@fleetkeeper/jobs";
import { count, duration, type QueueState } from "@fleetkeeper/operator";
import type { Role } from "../auth/identity.ts";
import { type Html, html } from "../html/html.ts";
import { queuePath, retryPath } from "../html/paths.ts";
import { tableHead } from "../html/table-head.ts";
import { badge, capitalised } from "../html/words.ts";
import { retriableQueues } from "./retry-routes.ts";

const purposes: Record<QueueName, string> = {
  install: "Stores the credential of an accepted callback and plans the account's syncs",
  forget: "Deletes the credential and data of an account that an operator forgot",
  prewarm: "Fetches an access token before the old one expires",
  dispatch: "Looks every second for due work",
  sync: "Hands syncs that are due to the workers, several in a job",
  webhook: "Keeps a delivery of Trackunit's webhooks and starts its syncs",
  notify: "Sends events to your receivers",
};

const columns = ["waiting", "active", "delayed", "failed", "completed"] as const;
type Column = (typeof columns)[number];

export function queueTable(queues: readonly QueueState[], role: Role, now: Date): Html {
  return html`<section aria-labelledby="queues">
    <h2 id="queues">Queues</h2>
    <table class="cards thirds queues">
      ${tableHead(["Queue", ...columns.map((column) => ({ number: capitalised(column) })), { number: "Oldest waiting" }, { number: "Workers" }])}
      <tbody>${queues.map((queue) => queueRow(queue, role, now))}</tbody>
    </table>
  </section>`;
}

function queueRow(queue: QueueState, role: Role, now: Date): Html {
  const { queue: name, paused, failed, oldestWaitingAt } = queue;
  const mayRetry = role === "operator" && failed > 0 && retriableQueues.includes(name);
  return html`<tr>
    <th scope="row">
      <a href="${queuePath(name)}">${name}</a>
      ${paused ? badge("wait", "paused") : ""}
      <small>${purposes[name]}</small>
      ${mayRetry ? html`<a class="button quiet" href="${retryPath(name)}">Retry failed <span class="unseen">in ${name}</span></a>` : ""}
    </th>
    ${columns.map((column) => countCell(queue, column))}
    <td class="number" data-label="Oldest waiting">${oldestWaitingAt === null ? html`<span class="faint">–</span>` : duration(now.getTime() - oldestWaitingAt.getTime())}</td>
    <td class="number" data-label="Workers">${workers(queue.workers)}</td>
  </tr>`;
}

function countCell(queue: QueueState, column: Column): Html {
  const { queue: name, [column]: value } = queue;
  const mark = value === 0 ? "zero" : column === "failed" ? "bad" : "";
  return html`<td class="number ${mark}" data-label="${capitalised(column)}">
    <a href="${queuePath(name, column)}">${count(value)}<span class="unseen"> ${column} in ${name}</span></a>
  </td>`;
}

function workers(number: number | null): Html {
  if (number === null) return html`<span class="faint">unknown</span>`;
  if (number === 0) return badge("bad", "none");
  return html`${count(number)}`;
}
