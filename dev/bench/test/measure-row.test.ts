import { expect, test } from "vitest";
import { measureRow, type Row, tableOf } from "../src/index.ts";

function rowOf(numbers: { ours: number[]; yardstick: number[] }, more: Partial<Row> = {}) {
  const order: string[] = [];
  const next = (side: "ours" | "yardstick") => async () => {
    order.push(side);
    return numbers[side].shift() ?? Number.NaN;
  };
  const row: Row = {
    name: "row",
    what: "a thing",
    unit: "µs",
    yardstick: "by hand",
    open: async () => ({
      ours: next("ours"),
      yardstick: next("yardstick"),
      close: async () => order.push("close"),
    }),
    ...more,
  };
  return { row, order };
}

test("the two take turns, a first round warms up, and the ratio is that of each round", async () => {
  // The machine is ten times slower in the second round.
  const { row, order } = rowOf({ ours: [99, 2, 20, 3], yardstick: [1, 1, 10, 1] });
  const measured = await measureRow(row, 3);
  expect(order).toEqual([...Array(4).fill(["ours", "yardstick"]).flat(), "close"]);
  expect(measured).toMatchObject({
    ours: { median: 3, least: 2, most: 20 },
    yardstick: { what: "by hand", median: 1, most: 10 },
    ratio: { median: 2, least: 2, most: 3 },
  });
});

test("a goal that is not met is said, in the table too", async () => {
  const { row } = rowOf({ ours: [2, 2], yardstick: [1, 1] }, { goal: { ratio: { atMost: 1.1 } } });
  const measured = await measureRow(row, 1);
  expect(measured.isMet).toBe(false);
  expect(tableOf([measured])).toMatch(/a thing +2 µs +1 by hand +2 +ratio ≤ 1\.1 +NOT MET/);
});

test("a count is taken once, without a yardstick", async () => {
  const { row, order } = rowOf(
    { ours: [4], yardstick: [] },
    { isCount: true, goal: { value: { atMost: 4 } } },
  );
  const opened = await row.open();
  const count: Row = { ...row, open: async () => ({ ours: "ours" in opened ? opened.ours : async () => 0 }) };
  expect(await measureRow(count, 5)).toMatchObject({ ours: { median: 4 }, isMet: true });
  expect(order).toEqual(["ours"]);
});

test("what was opened is closed when a measurement fails", async () => {
  const { row, order } = rowOf({ ours: [], yardstick: [] });
  const failing: Row = {
    ...row,
    open: async () => ({
      ours: () => Promise.reject(new Error("no")),
      close: async () => order.push("close"),
    }),
  };
  await expect(measureRow(failing, 1)).rejects.toThrow("no");
  expect(order).toEqual(["close"]);
});
