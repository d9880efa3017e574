import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { keepRun, writeReport } from "../src/runs-kept.ts";

const held = {
  faults: ["redis slow", "worker killed"],
  restMs: 2_000 as number | undefined,
  trueMs: 4_000 as number | undefined,
  accepted: 10,
  answers: { 202: 10 },
  askedAgain: 1,
  broken: [] as string[],
};

async function emptyReport(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fleetkeeper-report-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "chaos.md");
  await writeFile(path, "# Chaos\n\n<!-- report -->\n");
  return path;
}

test("a later call adds to the report, and the text before its mark stays", async () => {
  const path = await emptyReport();
  for (const seed of [1, 2, 4]) await keepRun(path, { ...held, seed, restMs: seed * 1_000 });
  const report = await readFile(path, "utf8");
  expect(report).toMatch(/^# Chaos\n\n<!-- report -->\n\n\| /);
  expect(report).toMatch(/seeds played +\| +3 \(1 to 2, 4\) \|/);
  expect(report).toMatch(/callbacks answered 202 +\| +30 \|/);
  expect(report).toMatch(/settled after the faults, median and worst +\| +2\.0 s, 4\.0 s \|/);
  expect(report).toMatch(/redis slow +\| +3 \| +2\.0 s, 4\.0 s \| +0 \|/);
});

test("a run that failed stays in the report when its seed has held since", async () => {
  const path = await emptyReport();
  await keepRun(path, { ...held, seed: 7, restMs: undefined, trueMs: undefined, broken: ["not at rest"] });
  expect(await readFile(path, "utf8")).toMatch(/Seed 7 on [^:]+: not at rest\.\n {2}Played again: not yet\./);
  await keepRun(path, { ...held, seed: 7 });
  const report = await readFile(path, "utf8");
  expect(report).toMatch(/seeds played +\| +1 \(7\) \|/);
  expect(report).toMatch(/of these, all invariants hold +\| +1 \|/);
  expect(report).toMatch(/runs that failed, all named below +\| +1 \|/);
  expect(report).toMatch(/Seed 7 on [^:]+: not at rest\.\n {2}Played again: held on /);
});

test("a cause that a developer added to a run's line is in the report", async () => {
  const path = await emptyReport();
  await keepRun(path, { ...held, seed: 3, broken: ["not at rest"] });
  const runs = join(path, "../chaos.jsonl");
  const [run] = (await readFile(runs, "utf8")).split("\n");
  await writeFile(runs, `${JSON.stringify({ ...JSON.parse(run ?? ""), cause: "the machine slept" })}\n`);
  await writeReport(path);
  expect(await readFile(path, "utf8")).toContain("Cause: the machine slept");
});
