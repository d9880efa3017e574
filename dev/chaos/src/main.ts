// `SEEDS=200 node dev/chaos/src/main.ts`: many runs, one after the other, and a report of them.
// `SEEDS=0 REPORT=…` plays none and makes the report again from those that are kept.

import { runSeed } from "./run-seed.ts";
import { keepRun, writeReport } from "./runs-kept.ts";

const { SEEDS = "1", FIRST_SEED = "1", FAULTS = "6", ONLY, REPORT, KEEP_LOGS } = process.env;
const first = Number(FIRST_SEED);
let failed = 0;
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
  if (result.broken.length > 0) failed++;
  say(
    `${since()}  seed ${seed}: ${result.broken.length === 0 ? "all invariants hold" : result.broken.join("; ")}`,
  );
  if (REPORT) await keepRun(REPORT, result);
}
if (REPORT && Number(SEEDS) === 0) await writeReport(REPORT);
process.exit(failed > 0 ? 1 : 0);
