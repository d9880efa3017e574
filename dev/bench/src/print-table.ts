// The rows as a table for people.

import type { Bound, Goal, Measured, Spread } from "./row.ts";

export function tableOf(rows: readonly Measured[]): string {
  const cells = [
    ["", "ours", "yardstick", "ratio", "goal", ""],
    ...rows.map(({ what, unit, ours, yardstick, ratio, goal, isMet }) => [
      what,
      `${textOf(ours)} ${unit}`,
      yardstick === undefined ? "" : `${textOf(yardstick)} ${yardstick.what}`,
      ratio === undefined ? "" : textOf(ratio),
      goal === undefined ? "" : goalText(goal),
      isMet === undefined ? "" : isMet ? "met" : "NOT MET",
    ]),
  ];
  const widths =
    cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The median, and from where to where the rounds went. */
function textOf({ median, least, most }: Spread): string {
  return least === most ? short(median) : `${short(median)} (${short(least)}–${short(most)})`;
}

function short(number: number): string {
  return number >= 10_000 ? Math.round(number).toLocaleString("en") : String(Number(number.toPrecision(3)));
}

function goalText({ ratio, value }: Goal): string {
  const parts = [ratio && `ratio ${boundText(ratio)}`, value && boundText(value)];
  return parts.filter(Boolean).join(", ");
}

function boundText(bound: Bound): string {
  return "atMost" in bound ? `≤ ${short(bound.atMost)}` : `≥ ${short(bound.atLeast)}`;
}
