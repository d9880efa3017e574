// The counts of the last hour, sorted into what went well, what has to wait, and what failed.

import type { MinuteStats } from "@fleetkeeper/telemetry";

export interface LastHour {
  /** The beginning of each minute. */
  minutes: Date[];
  good: number[];
  wait: number[];
  bad: number[];
  /** Sums by result, the largest first. */
  totals: { result: string; kind: "good" | "wait" | "bad"; count: number }[];
}

const went = ["accepted", "granted", "succeeded"];
/** Nobody's fault, and it passes. */
const mustWait = [
  "unrecognised",
  "ERR_API_RATE_LIMITED",
  "ERR_TOKEN_RATE_LIMITED",
  "ERR_API_LIMITER_UNAVAILABLE",
];

/** `source`: `callbacks`, `tokens` or `runs`. */
export function lastHourOf(stats: readonly MinuteStats[], source: "callbacks" | "tokens" | "runs"): LastHour {
  const prefix = `${source}:`;
  const sums = new Map<string, number>();
  const kinds = { good: [] as number[], wait: [] as number[], bad: [] as number[] };
  for (const { counts } of stats) {
    const minute = { good: 0, wait: 0, bad: 0 };
    for (const [name, count] of Object.entries(counts)) {
      if (!name.startsWith(prefix)) continue;
      const result = name.slice(prefix.length);
      minute[kindOf(result)] += count;
      sums.set(result, (sums.get(result) ?? 0) + count);
    }
    for (const kind of ["good", "wait", "bad"] as const) kinds[kind].push(minute[kind]);
  }
  const totals = [...sums].map(([result, count]) => ({ result, kind: kindOf(result), count }));
  return {
    ...kinds,
    minutes: stats.map(({ minute }) => minute),
    totals: totals.sort((a, b) => b.count - a.count),
  };
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function kindOf(result: string): "good" | "wait" | "bad" {
  if (went.includes(result)) return "good";
  return mustWait.includes(result) ? "wait" : "bad";
}
