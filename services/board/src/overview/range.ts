// How far back the overview looks: an hour by the minute, a day by the quarter of an hour, a week by the
// hour.

import type { TimeStatsSize } from "@fleetkeeper/telemetry";

export interface Range {
  /** In the address. */
  name: "1h" | "24h" | "7d";
  /** What counts are taken by, and how many of them. */
  size: TimeStatsSize;
  number: number;
  /** Such as `the last hour`. */
  words: string;
  /** How old the counts may be that are shown: a day and a week change little in this time. */
  rememberedMs: number;
}

export const lastHour = {
  name: "1h",
  size: "minute",
  number: 60,
  words: "the last hour",
  rememberedMs: 0,
} as const satisfies Range;

export const ranges: readonly Range[] = [
  lastHour,
  { name: "24h", size: "quarter", number: 96, words: "the last 24 hours", rememberedMs: 10_000 },
  { name: "7d", size: "hour", number: 168, words: "the last 7 days", rememberedMs: 30_000 },
];

/** The one that an address names, else the last hour. */
export function rangeOf(query: unknown): Range {
  const { range } = query as { range?: unknown };
  return ranges.find(({ name }) => name === range) ?? lastHour;
}

/** Of the page, or of its events. */
export function overviewPath({ name }: Range, path: "/" | "/events" = "/"): string {
  return name === lastHour.name ? path : `${path}?range=${name}`;
}
