import { expect, test } from "vitest";
import { remember } from "../../src/live/remember.ts";

test("within the time all callers share one read", async () => {
  let reads = 0;
  const remembered = remember(60_000, async () => ++reads);
  expect(await Promise.all([remembered(), remembered()])).toEqual([1, 1]);
  expect(await remembered()).toBe(1);
});

test("after the time it is read again", async () => {
  let reads = 0;
  const remembered = remember(0, async () => ++reads);
  expect([await remembered(), await remembered()]).toEqual([1, 2]);
});

test("a failure is not remembered", async () => {
  let reads = 0;
  const remembered = remember(60_000, async () => {
    reads += 1;
    if (reads === 1) throw new Error("away");
    return reads;
  });
  await expect(remembered()).rejects.toThrow("away");
  expect(await remembered()).toBe(2);
});

test("a read that takes longer than the time is not begun a second time", async () => {
  const read = Promise.withResolvers<number>();
  let reads = 0;
  const remembered = remember(0, async () => {
    reads += 1;
    return read.promise;
  });
  const asked = [remembered(), remembered(), remembered()];
  read.resolve(7);
  expect(await Promise.all(asked)).toEqual([7, 7, 7]);
  expect(reads).toBe(1);
});
