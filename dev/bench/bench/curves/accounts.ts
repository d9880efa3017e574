// What a run that changes nothing costs a worker's thread, by how many accounts are due at once.

import { type Plot, spreadOf } from "@fleetkeeper/bench";
import { openRuns } from "../rows/worker-cpu.ts";
import { command } from "./command.ts";

const sizes = [10, 20, 40];

export async function accountsPlots(rounds: number): Promise<Plot[]> {
  const points: Plot["lines"][number]["points"] = [];
  for (const x of sizes) {
    const { cpuMsEach, close } = await openRuns(x, 200);
    try {
      const numbers: number[] = [];
      for (let round = 0; round < rounds; round++) numbers.push(await cpuMsEach());
      points.push({ x, y: spreadOf(numbers) });
    } finally {
      await close();
    }
  }
  const title = "Of a worker's CPU for a run that changes nothing, in ms";
  const lines = [{ name: "10 syncs to a job", points }];
  return [{ name: "accounts", title, xLabel: "accounts due at once", lines, command }];
}
