// A small chart of counts by the minute: stacked bars as SVG, drawn on the server. What it shows is also in
// words beside it.

import { scaleBand, scaleLinear } from "d3-scale";
import { type Html, html } from "./html.ts";

export interface Series {
  /** The class that colours it. */
  kind: "good" | "wait" | "bad";
  /** One for each minute. */
  values: readonly number[];
}

const size = { width: 360, height: 96 };
const plot = { left: 30, right: 356, top: 8, bottom: 78 };

/** The first series is at the bottom. `minutes`: the beginning of each, the oldest first. */
export function barChart(chart: {
  id: string;
  title: string;
  description: string;
  minutes: readonly Date[];
  series: readonly Series[];
}): Html {
  const { id, title, description, minutes, series } = chart;
  const sums = minutes.map((_, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
  const x = scaleBand<number>([...minutes.keys()], [plot.left, plot.right]).paddingInner(0.25);
  const y = scaleLinear([0, Math.max(1, ...sums)], [plot.bottom, plot.top]).nice(2);
  const [, top = 1] = y.domain();
  const bars = minutes.flatMap((_, index) => {
    let below = 0;
    return series.flatMap(({ kind, values }) => {
      const value = values[index] ?? 0;
      const from = y(below);
      below += value;
      if (value === 0) return [];
      return html`<rect class="${kind}" x="${tenth(x(index) ?? 0)}" y="${tenth(y(below))}" width="${tenth(x.bandwidth())}" height="${tenth(from - y(below))}"/>`;
    });
  });
  return html`<svg class="chart" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="${id}-title ${id}-description">
    <title id="${id}-title">${title}</title>
    <desc id="${id}-description">${description}</desc>
    ${[0, top].map((tick) => tickLine(tick, y(tick)))}
    ${bars}
    <text x="${plot.left}" y="${size.height - 4}">${timeOf(minutes[0])}</text>
    <text x="${plot.right}" y="${size.height - 4}" text-anchor="end">${timeOf(minutes.at(-1))} UTC</text>
  </svg>`;
}

function tickLine(value: number, y: number): Html {
  return html`<line x1="${plot.left}" x2="${plot.right}" y1="${tenth(y)}" y2="${tenth(y)}"/><text x="${plot.left - 5}" y="${tenth(y + 3.5)}" text-anchor="end">${value >= 10_000 ? `${value / 1_000}k` : value}</text>`;
}

function timeOf(minute: Date | undefined): string {
  return minute?.toISOString().slice(11, 16) ?? "";
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
