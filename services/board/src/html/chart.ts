// A small chart of counts over time: stacked bars as SVG, drawn on the server. `assets/chart.js` says the
// values of the bar that is pointed at or reached by arrow keys; all of them are in a table below.

import { count } from "@fleetkeeper/operator";
import { scaleBand, scaleLinear } from "d3-scale";
import { type Html, html } from "./html.ts";
import { tableHead } from "./table-head.ts";

export interface Series {
  /** The class that colours it. */
  kind: "good" | "wait" | "bad";
  /** What it counts, such as `accepted`. */
  word: string;
  /** One for each bar. */
  values: readonly number[];
}

export interface Chart {
  id: string;
  title: string;
  description: string;
  /** The beginning of each bar, the oldest first. */
  starts: readonly Date[];
  /** The first is at the bottom. */
  series: readonly Series[];
  /** Over more than an hour: times are said with their day. */
  isLong: boolean;
}

const size = { width: 360, height: 96 };
const plot = { left: 30, right: 356, top: 8, bottom: 78 };

export function barChart(chart: Chart): Html {
  const { id, title, description, starts, series } = chart;
  const last = starts.length - 1;
  return html`<div class="plot bars-${starts.length}">
      ${drawing(chart)}
      <input type="range" min="0" max="${last}" value="${last}" aria-label="${title}" aria-valuetext="${valuesAt(chart, last)}" data-at>
    </div>
    <p class="readout" aria-hidden="true" data-readout>${valuesAt(chart, last)}</p>
    <details class="values" id="${id}-values">
      <summary>Values<span class="unseen"> of ${title}</span></summary>
      <div class="scrolled" tabindex="0" role="region" aria-label="Values of ${title}">
        <table aria-label="${title}: ${description}">
          ${tableHead(["From (UTC)", ...series.map(({ word }) => ({ number: word }))])}
          <tbody>${starts.map((start, index) => html`<tr><th scope="row">${timeOf(start, chart)}</th>${series.map(({ values }) => html`<td class="number">${count(values[index] ?? 0)}</td>`)}</tr>`)}</tbody>
        </table>
      </div>
    </details>`;
}

function drawing(chart: Chart): Html {
  const { id, title, description, starts, series } = chart;
  const sums = starts.map((_, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
  const x = scaleBand<number>([...starts.keys()], [plot.left, plot.right])
    .paddingInner(0.25)
    .paddingOuter(0.125);
  const y = scaleLinear([0, Math.max(1, ...sums)], [plot.bottom, plot.top]).nice(2);
  const [, top = 1] = y.domain();
  const bars = starts.flatMap((_, index) => {
    let below = 0;
    return series.flatMap(({ kind, values }) => {
      const value = values[index] ?? 0;
      const from = y(below);
      below += value;
      if (value === 0) return [];
      return html`<rect class="${kind}" x="${tenth(x(index) ?? 0)}" y="${tenth(y(below))}" width="${tenth(x.bandwidth())}" height="${tenth(from - y(below))}"/>`;
    });
  });
  const [first, last] = [starts[0], starts.at(-1)];
  return html`<svg class="chart" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="${id}-title ${id}-description">
    <title id="${id}-title">${title}</title>
    <desc id="${id}-description">${description}</desc>
    ${[0, top].map((tick) => tickLine(tick, y(tick)))}
    ${bars}
    <text x="${plot.left}" y="${size.height - 4}">${first === undefined ? "" : timeOf(first, chart)}</text>
    <text x="${plot.right}" y="${size.height - 4}" text-anchor="end">${last === undefined ? "" : timeOf(last, chart)} UTC</text>
  </svg>`;
}

/** Such as `03:04: 7 accepted, 2 refused`; `assets/chart.js` says the same from the table. */
function valuesAt(chart: Chart, index: number): string {
  const start = chart.starts[index];
  const values = chart.series.map(({ word, values }) => `${count(values[index] ?? 0)} ${word}`);
  return start === undefined ? "" : `${timeOf(start, chart)}: ${values.join(", ")}`;
}

function tickLine(value: number, y: number): Html {
  return html`<line x1="${plot.left}" x2="${plot.right}" y1="${tenth(y)}" y2="${tenth(y)}"/><text x="${plot.left - 5}" y="${tenth(y + 3.5)}" text-anchor="end">${value >= 10_000 ? `${value / 1_000}k` : value}</text>`;
}

function timeOf(start: Date, { isLong }: Chart): string {
  const iso = start.toISOString();
  return isLong ? `${iso.slice(5, 10)} ${iso.slice(11, 16)}` : iso.slice(11, 16);
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
