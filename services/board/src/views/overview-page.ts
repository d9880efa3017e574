// The overview: every queue with its counts, the worrying ones marked.

import type { QueueName } from "@fleetkeeper/jobs";
import type { QueueState } from "../bull-board/queue-states.ts";
import { type Html, html } from "./html.ts";
import { layout, type PageState } from "./layout.ts";

const purposes: Record<QueueName, string> = {
  install: "Stores the credential of an accepted callback and plans the account's syncs",
  prewarm: "Fetches an access token before the old one expires",
  dispatch: "Looks every second for what is due",
  sync: "Runs one slice of a sync",
};

const columns = ["waiting", "active", "delayed", "failed", "completed"] as const;
type Column = (typeof columns)[number];

/** `queues` is undefined when Redis does not answer. */
export function overviewPage(page: PageState & { queues: QueueState[] | undefined; at: Date }): Html {
  const { queues, at } = page;
  return layout({
    ...page,
    title: "Overview",
    content: html`<div class="title">
        <h1>Overview</h1>
        <p class="faint">As of <time datetime="${at.toISOString()}">${clock(at)}</time> · <a href="/">Refresh</a></p>
      </div>
      ${
        queues === undefined
          ? html`<p class="notice bad" role="alert">Redis does not answer: what waits in the queues cannot be shown.</p>`
          : html`${failures(queues)}${queueTable(queues)}`
      }`,
  });
}

function failures(queues: QueueState[]): Html {
  const failing = queues.filter(({ counts }) => counts.failed > 0);
  if (failing.length === 0) return html`<p class="notice good">No job has failed.</p>`;
  return html`<p class="notice bad">${failing.map(
    ({ name, counts }) =>
      html`<a href="${boardLink(name, "failed")}">${count(counts.failed)} failed in ${name}</a> `,
  )}</p>`;
}

function queueTable(queues: QueueState[]): Html {
  return html`<section aria-labelledby="queues">
    <h2 id="queues">Queues</h2>
    <table class="cards">
      <thead>
        <tr>
          <th scope="col">Queue</th>
          ${columns.map((column) => html`<th scope="col" class="number">${title(column)}</th>`)}
          <th scope="col">Workers</th>
        </tr>
      </thead>
      <tbody>${queues.map(queueRow)}</tbody>
    </table>
  </section>`;
}

function queueRow(queue: QueueState): Html {
  return html`<tr>
    <th scope="row">
      <a href="${boardLink(queue.name)}">${queue.name}</a>
      ${queue.paused ? html`<span class="badge warn">paused</span>` : ""}
      <small>${purposes[queue.name]}</small>
    </th>
    ${columns.map((column) => countCell(queue, column))}
    <td data-label="Workers">${workers(queue.workers)}</td>
  </tr>`;
}

function countCell({ name, counts }: QueueState, column: Column): Html {
  const value = counts[column];
  const mark = value === 0 ? "zero" : column === "failed" ? "bad" : "";
  return html`<td class="number ${mark}" data-label="${title(column)}">
    <a href="${boardLink(name, column)}">${count(value)}</a>
  </td>`;
}

function workers(number: number | undefined): Html {
  if (number === undefined) return html`<span class="faint">unknown</span>`;
  if (number === 0) return html`<span class="badge warn">none</span>`;
  return html`${count(number)}`;
}

function boardLink(queue: QueueName, status?: Column): string {
  return `/queues/queue/${queue}${status === undefined ? "" : `?status=${status}`}`;
}

const count = (value: number) => value.toLocaleString("en-US");
const title = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const clock = (at: Date) => `${at.toISOString().slice(11, 19)} UTC`;
