// `pnpm bench [row…] [--rounds 5] [--json file]`: the rows with their yardsticks and goals. Without names,
// all but the slow ones. `--plots folder`: curves instead, drawn there; `--draw`: from the numbers there.

import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Measured, measureRow, tableOf } from "@fleetkeeper/bench";
import { drawPlots, keepPlots, measurePlots } from "./plots.ts";
import { callbackRows } from "./rows/callbacks.ts";
import { dispatchRows } from "./rows/dispatch.ts";
import { engineRows } from "./rows/engine.ts";
import { installRows } from "./rows/installs.ts";
import { latenessRows } from "./rows/lateness.ts";
import { memoryRows } from "./rows/memory.ts";
import { runRows } from "./rows/runs.ts";
import { serverCpuRows } from "./rows/server-cpu.ts";
import { startRows } from "./rows/start.ts";
import { tokenReaderRows } from "./rows/token-readers.ts";
import { tokenRows } from "./rows/tokens.ts";
import { workerCpuRows } from "./rows/worker-cpu.ts";

const rows = [
  ...[...callbackRows, ...tokenRows, ...tokenReaderRows],
  ...[...runRows, ...workerCpuRows, ...engineRows, ...serverCpuRows, ...dispatchRows, ...latenessRows],
  ...[...installRows, ...startRows, ...memoryRows],
];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    json: { type: "string" },
    plots: { type: "string" },
    draw: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const unknown = positionals.filter((name) => !rows.some((row) => row.name === name));
if (unknown.length > 0 || !(rounds >= 1)) {
  console.error(`rows: ${rows.map(({ name, isSlow }) => (isSlow ? `${name} (slow)` : name)).join(", ")}`);
  process.exit(64);
}
const chosen = rows.filter(({ name, isSlow }) =>
  positionals.length === 0 ? !isSlow : positionals.includes(name),
);

if (values.draw) {
  drawPlots(values.plots ?? "docs/plots");
  process.exit();
}

const loadBefore = loadavg()[0] ?? 0;
const measured: Measured[] = [];
const plots = values.plots === undefined ? [] : await measurePlots(rounds);
for (const row of values.plots === undefined ? chosen : []) {
  console.error(`${row.name} …`);
  measured.push(await measureRow(row, rounds));
}
const circumstances = {
  at: new Date().toISOString(),
  rounds,
  machine: {
    cpu: cpus()[0]?.model ?? "",
    cores: availableParallelism(),
    load: { before: loadBefore, after: loadavg()[0] ?? 0 },
  },
  versions: {
    node: process.version,
    openssl: process.versions.openssl,
    ...versionsOf(["jose", "fastify", "bullmq"]),
    redis: process.env.LOCAL_REDIS || "one server",
  },
};
if (values.plots !== undefined) {
  keepPlots(values.plots, { ...circumstances, plots });
  process.exit();
}
const result = { ...circumstances, rows: measured };
console.log(tableOf(measured));
console.log(
  `\n${result.machine.cores} × ${result.machine.cpu}, ${Object.entries(result.versions)
    .map((one) => one.join(" "))
    .join(", ")}; ${rounds} rounds in turn`,
);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);

function versionsOf(names: string[]): Record<string, string> {
  const folder = join(import.meta.dirname, "../node_modules");
  return Object.fromEntries(
    names.map((name) => [name, JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8")).version]),
  );
}
