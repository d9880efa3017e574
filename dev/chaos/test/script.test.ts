import { expect, test } from "vitest";
import { scriptInWords, scriptOf } from "../src/script.ts";

test("a seed gives the same script again, and another seed another", () => {
  const wordsOf = (seed: number) => scriptInWords(scriptOf(seed, { faults: 8, lengthMs: 10_000 })).join("\n");
  expect(wordsOf(7)).toBe(wordsOf(7));
  expect(wordsOf(8)).not.toBe(wordsOf(7));
});

test("two hundred seeds play every fault of every target, and every way in which the simulator fails", () => {
  const names = new Set<string>();
  for (let seed = 1; seed <= 200; seed++)
    for (const { fault } of scriptOf(seed, { faults: 6, lengthMs: 10_000 }).faults) names.add(fault.name);
  expect([...names].filter((name) => name.startsWith("trackunit: ")).length).toBeGreaterThanOrEqual(28);
  expect([...names].sort().filter((name) => !name.startsWith("trackunit: "))).toMatchSnapshot();
});
