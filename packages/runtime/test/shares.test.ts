import { expect, test } from "vitest";
import { createShares } from "../src/index.ts";

test("one client gets at most half of the places, and the others the rest", () => {
  const shares = createShares({ total: 4 });
  const [first, second] = [shares.take("one"), shares.take("one")];
  expect([first, second]).not.toContain(undefined);
  expect(shares.take("one")).toBeUndefined();
  expect(shares.take("two")).toBeDefined();
  expect(shares.take("three")).toBeDefined();
  expect(shares.take("four")).toBeUndefined();
  first?.();
  first?.();
  expect(shares.take("one")).toBeDefined();
  expect(shares.take("four")).toBeUndefined();
});
