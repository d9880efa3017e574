// `SEEDS=200 node dev/chaos/src/main.ts`: many runs, one after the other, and a report of them.

import { readFile, writeFile } from "node:fs/promises";
import { reportOf } from "./report.ts";
import { type RunResult, runSeed } from "./run-seed.ts";

const { SEEDS = "1", FIRST_SEED = "1", FAULTS = "6", ONLY, REPORT, KEEP_LOGS } = process.env;
const first = Number(FIRST_SEED);
const results: RunResult[] = [];
const say = (line: string) => process.stderr.write(`${line}\n`);

let isEnded = false;
process.once("SIGINT", () => {
  isEnded = true;
  say("ends after this run");
});

for (let seed = first; seed < first + Number(SEEDS) && !isEnded; seed++) {
  const startedAtMs = performance.now();
  const since = () => `${((performance.now() - startedAtMs) / 1_000).toFixed(1).padStart(6)} s`;
  const result = await runSeed(seed, {
    faults: Number(FAULTS),
    only: ONLY,
    onStep: (line) => say(`${since()}  seed ${seed}: ${line}`),
    ...(KEEP_LOGS && { keepLogsIn: `${KEEP_LOGS}/${seed}` }),
  });
  results.push(result);
  say(
    `${since()}  seed ${seed}: ${result.broken.length === 0 ? "all invariants hold" : result.broken.join("; ")}`,
  );
  if (REPORT) await keepReport(REPORT, reportOf(results));
}
/** What the file says before the mark stays. */
async function keepReport(path: string, report: string): Promise<void> {
  const mark = "<!-- report -->\n";
  const [before = "", ...behind] = (await readFile(path, "utf8").catch(() => "")).split(mark);
  await writeFile(path, behind.length === 0 ? report : `${before}${mark}\n${report}`);
}

process.stdout.write(reportOf(results));
process.exit(results.some(({ broken }) => broken.length > 0) ? 1 : 0);
