// The runs of a report, one JSON line each in the file beside it: a later go adds to them, and the report is
// made again of all.

import { execFile } from "node:child_process";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { type KeptRun, reportOf } from "./report.ts";
import type { RunResult } from "./run-seed.ts";

const mark = "<!-- report -->\n";

/** Adds a run to those beside the report at `path`, and makes what follows its mark again. */
export async function keepRun(path: string, { answers: _, ...result }: RunResult): Promise<void> {
  const run: KeptRun = { commit: await commit(), ...result };
  await appendFile(runsBeside(path), `${JSON.stringify(run)}\n`);
  await writeReport(path);
}

/** Makes what follows the mark of the report again; what is before it stays. */
export async function writeReport(path: string): Promise<void> {
  const report = reportOf(await readRuns(path));
  const [before = "", ...behind] = (await readFile(path, "utf8").catch(() => "")).split(mark);
  await writeFile(path, behind.length === 0 ? report : `${before}${mark}\n${report}`);
}

async function readRuns(path: string): Promise<KeptRun[]> {
  const lines = (await readFile(runsBeside(path), "utf8").catch(() => "")).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as KeptRun);
}

/** For instance `docs/chaos.jsonl` beside `docs/chaos.md`. */
function runsBeside(path: string): string {
  return path.replace(/\.md$/, "").concat(".jsonl");
}

/** With a `+` where files differ from it. */
async function commit(): Promise<string> {
  const git = async (...args: string[]) => (await promisify(execFile)("git", args)).stdout.trim();
  try {
    const isChanged = (await git("status", "--porcelain", "--", "packages", "services", "dev")) !== "";
    return `${await git("rev-parse", "--short=9", "HEAD")}${isChanged ? "+" : ""}`;
  } catch {
    return "unknown";
  }
}
