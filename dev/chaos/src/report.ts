// The report of many runs, in Markdown.

import type { RunResult } from "./run-seed.ts";

export interface KeptRun extends Omit<RunResult, "answers"> {
  /** The commit that was played. */
  commit: string;
  /** Why a run failed, if that was found out and written into the file. */
  cause?: string;
}

/**
 * A seed may have been played more than once: then its last run counts as its own, and those that failed are
 * named.
 */
export function reportOf(runs: readonly KeptRun[]): string {
  const failed = runs.filter(isFailed);
  const last = [...new Map(runs.map((run) => [run.seed, run])).values()];
  const sum = (of: (run: KeptRun) => number) => runs.reduce((total, run) => total + of(run), 0);
  const seeds = [
    ["", ""],
    ["seeds played", `${last.length} (${inRanges(last.map(({ seed }) => seed))})`],
    ["of these, all invariants hold", String(last.length - last.filter(isFailed).length)],
    ["runs, with those of seeds that were played again", String(runs.length)],
    ["runs that failed, all named below", String(failed.length)],
    ["commits played", String(new Set(runs.map(({ commit }) => commit)).size)],
    ["faults played", String(sum(({ faults }) => faults.length))],
    ["callbacks answered 202", String(sum(({ accepted }) => accepted))],
    ["accepted, possibly lost with Redis, and sent again", String(sum(({ askedAgain }) => askedAgain))],
    ["settled after the faults, median and worst", times(runs, ({ restMs }) => restMs)],
    ["all records right after that, median and worst", times(runs, ({ trueMs }) => trueMs)],
  ];
  return `${[tableOf(seeds), tableOf(rowsOfFaults(runs)), ...failed.map((run) => inWords(run, runs))]
    .join("\n\n")
    .trimEnd()}\n`;
}

function rowsOfFaults(runs: readonly KeptRun[]): string[][] {
  const names = [...new Set(runs.flatMap(({ faults }) => faults))].sort();
  return [
    ["fault", "runs with it", "settled after, median and worst", "runs that failed"],
    ...names.map((name) => {
      const having = runs.filter(({ faults }) => faults.includes(name));
      return [
        name,
        String(having.length),
        times(having, ({ restMs }) => restMs),
        String(having.filter(isFailed).length),
      ];
    }),
  ];
}

function inWords(run: KeptRun, runs: readonly KeptRun[]): string {
  const again = runs.slice(runs.indexOf(run) + 1).filter(({ seed }) => seed === run.seed);
  const later = again.map((one) => `${isFailed(one) ? "failed again" : "held"} on ${one.commit}`);
  return [
    `- Seed ${run.seed} on ${run.commit}: ${run.broken.join("; ")}.`,
    ...(run.cause === undefined ? [] : [`  Cause: ${run.cause}`]),
    `  Played again: ${later.length === 0 ? "not yet" : later.join(", ")}.`,
  ].join("\n");
}

const isFailed = ({ broken }: KeptRun): boolean => broken.length > 0;

function times(runs: readonly KeptRun[], of: (run: KeptRun) => number | undefined): string {
  const all = runs.flatMap((run) => of(run) ?? []).sort((a, b) => a - b);
  const inSeconds = (ms: number | undefined) => (ms === undefined ? "–" : `${(ms / 1_000).toFixed(1)} s`);
  return `${inSeconds(all[Math.floor((all.length - 1) / 2)])}, ${inSeconds(all.at(-1))}`;
}

/** For instance `1 to 40, 43`. */
function inRanges(seeds: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const seed of [...seeds].sort((a, b) => a - b)) {
    const range = ranges.at(-1);
    if (range?.[1] === seed - 1) range[1] = seed;
    else ranges.push([seed, seed]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first} to ${last}`)).join(", ");
}

/** As Biome formats it: the first column to the left, numbers to the right. */
function tableOf(rows: readonly string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) => `| ${row.join(" | ")} |`;
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  const [head = [], ...body] = rows.map((row) => row.map(pad));
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [head, rule, ...body].map(line).join("\n");
}
