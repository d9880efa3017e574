import { expect, test } from "vitest";
import { orderedFields } from "../src/index.ts";

test("fields are in the order of their names, in any order they come and however many kinds there are", () => {
  const random = numbersFrom(7);
  for (let round = 0; round < 3_000; round++) {
    const names = Array.from({ length: random(8) }, () => `f${random(round % 2 === 0 ? 4 : 5_000)}`);
    const fields = Object.fromEntries(names.map((name) => [name, random(9)]));
    const ordered = orderedFields(fields) as Record<string, unknown>;
    expect(Object.keys(ordered)).toEqual([...new Set(names)].sort());
    expect(ordered).toEqual(fields);
  }
});

test("objects that begin with the same field but differ in one of the others are ordered each by its own", () => {
  const json = (value: unknown) => JSON.stringify(orderedFields(value));
  for (let round = 0; round < 3; round++) {
    expect(json({ b: 1, a: 2, c: 3 })).toBe('{"a":2,"b":1,"c":3}');
    expect(json({ b: 1, c: 2, a: 3 })).toBe('{"a":3,"b":1,"c":2}');
    expect(json({ b: 1, d: 2, a: 3 })).toBe('{"a":3,"b":1,"d":2}');
    expect(json({ b: 1 })).toBe('{"b":1}');
    expect(json({ b: 1, a: { b: 1, a: undefined } })).toBe('{"a":{"b":1},"b":1}');
  }
});

/** The same numbers for the same seed. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}
