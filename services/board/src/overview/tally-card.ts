// One thing that is counted over time: its sums, a chart with its values, and the sums by result.

import { count } from "@fleetkeeper/operator";
import { barChart } from "../html/chart.ts";
import { type Html, html } from "../html/html.ts";
import type { Range } from "./range.ts";
import { sumOf, type Tally } from "./tally.ts";

export interface TallyCard {
  id: string;
  title: string;
  /** Such as `accepted` and `refused`. */
  words: { good: string; wait?: string; bad: string };
}

export function tallyCard({ id, title, words }: TallyCard, tally: Tally, range: Range): Html {
  const series = [
    { kind: "good", word: words.good, values: tally.good, sum: sumOf(tally.good) },
    { kind: "wait", word: words.wait ?? "other", values: tally.wait, sum: sumOf(tally.wait) },
    { kind: "bad", word: words.bad, values: tally.bad, sum: sumOf(tally.bad) },
  ] as const;
  const said = series.filter(({ kind, sum }) => kind !== "wait" || sum > 0);
  return html`<section class="card tally-card" aria-labelledby="${id}" data-chart>
    <h3 id="${id}">${title}</h3>
    <p class="tallies">${said.map(
      ({ kind, word, sum }) =>
        html`<span class="${sum > 0 ? kind : ""}"><strong>${count(sum)}</strong> ${word}</span> `,
    )}</p>
    ${barChart({
      id: `${id}-chart`,
      title: `${title} over time`,
      description: `${said.map(({ word, sum }) => `${count(sum)} ${word}`).join(", ")} in ${range.words}.`,
      starts: tally.starts,
      series: said,
      isLong: range.name !== "1h",
    })}
    ${byResult(id, tally, range)}
  </section>`;
}

function byResult(id: string, { totals }: Tally, range: Range): Html {
  if (totals.length === 0) return html`<p class="faint">None in ${range.words}.</p>`;
  const [bad, others] = [
    totals.filter(({ kind }) => kind === "bad"),
    totals.filter(({ kind }) => kind !== "bad"),
  ];
  return html`<ul class="results" id="${id}-results">${[...bad, ...others].map(
    ({ result, kind, count: sum }) => html`<li class="${kind}"><code>${result}</code> ${count(sum)}</li>`,
  )}</ul>`;
}
