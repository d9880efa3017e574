// The last hour of one thing that is counted: a sentence, a chart, and the sums by result.

import { count } from "@fleetkeeper/operator";
import { barChart } from "../html/chart.ts";
import { type Html, html } from "../html/html.ts";
import { type LastHour, sumOf } from "./last-hour.ts";

export function hourCard(card: {
  id: string;
  title: string;
  /** Such as `accepted` and `refused`. */
  words: { good: string; bad: string };
  hour: LastHour;
}): Html {
  const { id, title, words, hour } = card;
  const [good, wait, bad] = [sumOf(hour.good), sumOf(hour.wait), sumOf(hour.bad)];
  const said = `${count(good)} ${words.good}, ${count(bad)} ${words.bad}${wait === 0 ? "" : `, ${count(wait)} other`}`;
  return html`<section class="card hour" aria-labelledby="${id}">
    <h3 id="${id}">${title}</h3>
    <p class="tallies">
      <span><strong>${count(good)}</strong> ${words.good}</span>
      <span class="${bad > 0 ? "bad" : ""}"><strong>${count(bad)}</strong> ${words.bad}</span>
      ${wait === 0 ? "" : html`<span class="wait"><strong>${count(wait)}</strong> other</span>`}
    </p>
    ${barChart({
      id: `${id}-chart`,
      title: `${title} by the minute`,
      description: `${said} in the last hour.`,
      minutes: hour.minutes,
      series: [
        { kind: "good", values: hour.good },
        { kind: "wait", values: hour.wait },
        { kind: "bad", values: hour.bad },
      ],
    })}
    ${byResult(id, hour)}
  </section>`;
}

function byResult(id: string, { totals }: LastHour): Html {
  if (totals.length === 0) return html`<p class="faint">None in the last hour.</p>`;
  const [bad, others] = [
    totals.filter(({ kind }) => kind === "bad"),
    totals.filter(({ kind }) => kind !== "bad"),
  ];
  return html`<ul class="results" id="${id}-results">${[...bad, ...others].map(
    ({ result, kind, count: sum }) => html`<li class="${kind}"><code>${result}</code> ${count(sum)}</li>`,
  )}</ul>`;
}
