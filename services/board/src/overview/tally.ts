// Counts over time, sorted into what went well, what has to wait, and what failed.

import type { TimeStats } from "@fleetkeeper/telemetry";

export type Kind = "good" | "wait" | "bad";

export interface Tally {
  /** The beginning of each bar. */
  starts: Date[];
  good: number[];
  wait: number[];
  bad: number[];
  /** Sums by result, the largest first. */
  totals: { result: string; kind: Kind; count: number }[];
}

/** What is counted, as the counters' names in Redis begin. */
export type Source = "callbacks" | "installs" | "tokens" | "runs" | "api" | "put-off" | "records";

const went = ["accepted", "granted", "succeeded", "promoted", "same", "created", "updated", "deleted"];
/** Not a fault, and it passes. */
const mustWait = [
  "unrecognised",
  "ERR_API_RATE_LIMITED",
  "ERR_TOKEN_RATE_LIMITED",
  "ERR_API_LIMITER_UNAVAILABLE",
];
/** Neither good nor bad, and far more than the rest. */
const uncounted = "records:unchanged";

export function tallyOf(stats: readonly TimeStats[], ...sources: Source[]): Tally {
  const sums = new Map<string, Tally["totals"][number]>();
  const kinds = { good: [] as number[], wait: [] as number[], bad: [] as number[] };
  for (const { counts } of stats) {
    const bar = { good: 0, wait: 0, bad: 0 };
    for (const [name, count] of Object.entries(counts)) {
      const source = sources.find((one) => name.startsWith(`${one}:`));
      if (source === undefined || name === uncounted) continue;
      const result = name.slice(source.length + 1);
      const kind = kindOf(source, result);
      bar[kind] += count;
      const sum = sums.get(name) ?? {
        result: source === "put-off" ? `postponed: ${result}` : result,
        kind,
        count: 0,
      };
      sums.set(name, { ...sum, count: sum.count + count });
    }
    for (const kind of ["good", "wait", "bad"] as const) kinds[kind].push(bar[kind]);
  }
  return {
    ...kinds,
    starts: stats.map(({ start }) => start),
    totals: [...sums.values()].sort((a, b) => b.count - a.count),
  };
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function kindOf(source: Source, result: string): Kind {
  if (source === "put-off") return "wait";
  if (source === "api") return result === "429" ? "wait" : /^[23]\d\d$/.test(result) ? "good" : "bad";
  if (went.includes(result)) return "good";
  return mustWait.includes(result) ? "wait" : "bad";
}
