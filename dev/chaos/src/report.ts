// The report of many runs, in Markdown.

import type { RunResult } from "./run-seed.ts";

export function reportOf(results: readonly RunResult[]): string {
  const failed = results.filter(({ broken }) => broken.length > 0);
  const sum = (of: (result: RunResult) => number) => results.reduce((total, result) => total + of(result), 0);
  const faults = new Map<string, RunResult[]>();
  for (const result of results)
    for (const name of new Set(result.faults)) faults.set(name, [...(faults.get(name) ?? []), result]);
  return `${[
    "| | |",
    "| --- | --- |",
    `| runs, by seed | ${results.length} (${results[0]?.seed} to ${results.at(-1)?.seed}) |`,
    `| runs in which all invariants hold | ${results.length - failed.length} |`,
    `| faults played | ${sum((result) => result.faults.length)} |`,
    `| callbacks answered 202 | ${sum(({ accepted }) => accepted)} |`,
    `| accepted, possibly lost with Redis, and asked for again | ${sum(({ askedAgain }) => askedAgain)} |`,
    `| at rest after the faults, median and worst | ${times(results, ({ restMs }) => restMs)} |`,
    `| then true everywhere, median and worst | ${times(results, ({ trueMs }) => trueMs)} |`,
    "",
    "| fault | runs with it | at rest after, median and worst | invariants broken in |",
    "| --- | ---: | ---: | --- |",
    ...[...faults]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([name, runs]) =>
          `| ${name} | ${runs.length} | ${times(runs, ({ restMs }) => restMs)} | ${runs
            .filter(({ broken }) => broken.length > 0)
            .map(({ seed }) => seed)
            .join(", ")} |`,
      ),
    "",
    ...failed.map(({ seed, broken }) => `- seed ${seed}: ${broken.join("; ")}`),
  ]
    .join("\n")
    .trimEnd()}\n`;
}

function times(results: readonly RunResult[], of: (result: RunResult) => number | undefined): string {
  const all = results.flatMap((result) => of(result) ?? []).sort((a, b) => a - b);
  const inSeconds = (ms: number | undefined) => (ms === undefined ? "–" : `${(ms / 1_000).toFixed(1)} s`);
  return `${inSeconds(all[Math.floor((all.length - 1) / 2)])}, ${inSeconds(all.at(-1))}`;
}
