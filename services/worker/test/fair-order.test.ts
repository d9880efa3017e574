import { expect, test } from "vitest";
import { fairOrder } from "../src/fair-order.ts";

const accountOf = ({ _id }: { _id: string }) => _id.slice(0, 1);
const ordered = (ids: string[]) =>
  fairOrder(
    ids.map((_id) => ({ _id })),
    accountOf,
  ).map(({ _id }) => _id);

test("an account with many due syncs does not come before another's first", () => {
  expect(ordered(["a1", "a2", "a3", "b1", "c1", "b2"])).toEqual(["a1", "b1", "c1", "a2", "b2", "a3"]);
});

test("among first turns, who has waited longest is first", () => {
  expect(ordered(["b1", "a1", "c1"])).toEqual(["b1", "a1", "c1"]);
  expect(ordered([])).toEqual([]);
});
