import { expect, test } from "vitest";
import { type RunOptions, runSeed } from "../src/index.ts";

// More of them, with a report: SEEDS=200 REPORT=docs/chaos.md pnpm node dev/chaos/src/main.ts

async function brokenBy(seed: number, options: RunOptions): Promise<string> {
  const steps: string[] = [];
  const { broken } = await runSeed(seed, { ...options, onStep: (line) => steps.push(line) });
  return broken.length === 0 ? "" : [...broken, ...steps].join("\n");
}

const once = { timeout: 400_000, retry: 0 };

test("seed 1: nothing that was promised is lost, and the system recovers automatically", once, async () => {
  expect(await brokenBy(1, { faults: 5, lengthMs: 6_000 })).toBe("");
});

test(
  "all of Redis is lost again and again while accounts install and sync, and everything continues automatically",
  once,
  async () => {
    expect(await brokenBy(1, { faults: 3, lengthMs: 4_000, only: "redis emptied" })).toBe("");
  },
);
