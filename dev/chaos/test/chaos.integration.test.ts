import { expect, test } from "vitest";
import { runSeed } from "../src/index.ts";

// More of them, with a report: SEEDS=200 REPORT=docs/chaos.md pnpm node dev/chaos/src/main.ts

test.each([1])(
  "seed %i: whatever breaks, nothing that was promised is lost, and it comes to rest by itself",
  {
    timeout: 400_000,
    retry: 0,
  },
  async (seed) => {
    const steps: string[] = [];
    const { broken } = await runSeed(seed, {
      faults: 5,
      lengthMs: 6_000,
      onStep: (line) => steps.push(line),
    });
    expect(broken, steps.join("\n")).toEqual([]);
  },
);
