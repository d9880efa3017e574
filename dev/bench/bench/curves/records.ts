// What a record costs a worker's CPU, by how many an account has.

import { type Plot, spreadOf } from "@fleetkeeper/bench";
import { measureEngine } from "../rows/engine.ts";
import { command } from "./command.ts";

const sizes = [500, 1_000, 2_000, 4_000];

export async function recordsPlots(rounds: number): Promise<Plot[]> {
  const lines = ["first pass", "pass without news", "by hand, bulkWrite"].map((name) => ({
    name,
    points: [] as Plot["lines"][number]["points"],
  }));
  for (const x of sizes) {
    const measured = await measureEngine(x, rounds);
    const each = [measured.first, measured.unchanged, measured.byHand];
    for (const [index, numbers] of each.entries()) lines[index]?.points.push({ x, y: spreadOf(numbers) });
  }
  const title = "Of a worker's CPU for each record, in µs";
  return [{ name: "records", title, xLabel: "records of the account", lines, command }];
}
