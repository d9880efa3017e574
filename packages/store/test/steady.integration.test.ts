// A pass that is like the one before it is not compared with what is stored, unless that may be another.

import { expect, test } from "vitest";
import { defaultAbsenceRules, LeaseLostError, type RecordDocument } from "../src/index.ts";
import { followed, liveRecords, pageOf, pass, type Records, settlementOf, startedRun } from "./runs.ts";
import { at, setup, syncId } from "./world.ts";

/** Two passes over these pages: the first searches for nothing, and after the second all is known. */
async function known(pages: Records[] = [{ a: 1 }, { b: 1 }]) {
  const { store, db } = await setup();
  for (const seconds of [1, 2]) await pass(store, at(seconds), pages);
  const records = db.collection<RecordDocument>("assets");
  return {
    ...{ store, db },
    /** As an operator does it with a shell: a run that compares puts it right. */
    changeByHand: () => records.updateOne({ externalId: "a" }, { $set: { data: 9, hash: "9" } }),
  };
}

const sixHours = 6 * 60 * 60;
const nextSlice = { for: "next-slice", pages: 2, records: 2 } as const;

test("records are not compared if no run wrote since, until six hours have passed", async () => {
  const { store, db, changeByHand } = await known();
  await changeByHand();
  for (const seconds of [3, 4, sixHours])
    expect(await pass(store, at(seconds), [{ a: 1 }, { b: 1 }])).toMatchObject({ unchanged: 2, updated: 0 });
  expect(await liveRecords(db)).toEqual({ a: 9, b: 1 });
  expect(await pass(store, at(sixHours + 3), [{ a: 1 }, { b: 1 }])).toMatchObject({ updated: 1 });
  expect(await liveRecords(db)).toEqual({ a: 1, b: 1 });
});

test("what an interrupted run wrote is compared, even if the source is as before", async () => {
  const { store, db } = await known();
  await pass(store, at(3), [{ a: 1 }, { b: 1 }]);
  const { run } = await startedRun(store, at(4));
  await run.writePage(pageOf({ a: 2 }, { more: true }));
  expect(await liveRecords(db)).toEqual({ a: 2, b: 1 });
  await pass(store, at(700), [{ a: 1 }, { b: 1 }]);
  expect(await liveRecords(db)).toEqual({ a: 1, b: 1 });
  expect(await followed(store)).toEqual({ a: 1, b: 1 });
});

test("after a backup was restored, or the sync was paused, all is compared", async () => {
  const { store, db, changeByHand } = await known();
  await changeByHand();
  await store.afterRestore(at(3));
  await pass(store, at(4), [{ a: 1 }, { b: 1 }]);
  expect(await liveRecords(db)).toEqual({ a: 1, b: 1 });
  await pass(store, at(5), [{ a: 1 }, { b: 1 }]);
  await changeByHand();
  await store.syncs.pauseOne(syncId);
  await store.syncs.resumeOne(syncId, at(6));
  await pass(store, at(6), [{ a: 1 }, { b: 1 }]);
  expect(await liveRecords(db)).toEqual({ a: 1, b: 1 });
});

test.each([
  ["ends earlier", [{ a: 1 }], { a: 1 }],
  ["has another page", [{ a: 1 }, { b: 2 }, { c: 1 }], { a: 1, b: 2, c: 1 }],
  ["has its pages in another order", [{ b: 1 }, { a: 1 }], { a: 1, b: 1 }],
])("a pass that %s is compared and searched", async (_what, pages, stored) => {
  const { store, db } = await known();
  for (const seconds of [3, 4]) await pass(store, at(seconds), pages);
  expect(await liveRecords(db)).toEqual(stored);
  expect(await followed(store)).toEqual(stored);
});

test("fields in another order are no change, and another order is compared once", async () => {
  const { store, db } = await setup();
  for (const seconds of [1, 2]) await pass(store, at(seconds), [{ a: { x: 1, y: { p: 1, q: 2 } } }]);
  await db.collection("assets").updateOne({ externalId: "a" }, { $set: { data: 9 } });
  const another = [{ a: { y: { q: 2, p: 1 }, x: 1 } }];
  for (const seconds of [3, 4])
    expect(await pass(store, at(seconds), another)).toMatchObject({ unchanged: 1, updated: 0 });
  expect(await liveRecords(db)).toEqual({ a: 9 });
});

test("where a slice ends among pages that are as before, the next one knows what they held", async () => {
  const { store, db } = await known([{ a: 1 }, { b: 1 }, { c: 1 }]);
  const { run } = await startedRun(store, at(3));
  await run.writePage(pageOf({ a: 1 }, { more: true }));
  await run.writePage(pageOf({ b: 1 }, { more: true }));
  await run.settle({ ...settlementOf(run, at(3)), waiting: nextSlice, keepsCheckpoint: true });
  // What is missing is noted by one pass and deleted by the next.
  const { run: next } = await startedRun(store, at(4));
  expect(next.checkpoint).toMatchObject({ pages: 2, records: 2 });
  await next.writePage(pageOf({ d: 1 }));
  for await (const _ of next.sweep(defaultAbsenceRules));
  await next.endPass();
  await next.settle(settlementOf(next, at(4)));
  await pass(store, at(5), [{ a: 1 }, { b: 1 }, { d: 1 }]);
  expect(await liveRecords(db)).toEqual({ a: 1, b: 1, d: 1 });
  expect(await followed(store)).toEqual({ a: 1, b: 1, d: 1 });
});

test("a run that dies among pages that are as before leaves a pass that is begun again", async () => {
  const { store, db } = await known([{ a: 1 }, { b: 1 }, { c: 1 }]);
  const { run } = await startedRun(store, at(3));
  await run.writePage(pageOf({ a: 1 }, { more: true }));
  await run.writePage(pageOf({ b: 1 }, { more: true }));
  const { run: next } = await startedRun(store, at(700));
  expect(next.checkpoint.pages).toBe(0);
  await expect(run.extendLease()).rejects.toThrow(LeaseLostError);
  for (const seconds of [701, 702]) await pass(store, at(seconds), [{ a: 1 }, { b: 1 }]);
  expect(await liveRecords(db)).toEqual({ a: 1, b: 1 });
});

test("a page as before that held a record of the next page proves nothing: the list moved", async () => {
  const { store, db } = await known([{ a: 1 }, { b: 1 }, { c: 1 }]);
  for (const seconds of [3, 4]) await pass(store, at(seconds), [{ a: 1 }, { b: 1 }, { b: 1 }]);
  expect(await liveRecords(db)).toEqual({ a: 1, b: 1, c: 1 });
  const sync = await store.syncs.find(syncId);
  expect(sync?.disturbed).toMatch(/the list moved/);
});

test("all is compared after a pass that set an item aside, or whose records are in another collection now", async () => {
  const { store, db, changeByHand } = await known();
  const setAside = [{ externalId: "odd", item: {}, reasons: ["x"] }];
  await pass(store, at(3), [{ a: 1 }, { b: 1 }], { pageFields: { setAside } });
  await changeByHand();
  await pass(store, at(4), [{ a: 1 }, { b: 1 }]);
  expect(await liveRecords(db)).toEqual({ a: 1, b: 1 });
  const { run } = await startedRun(store, at(5), true, "sites");
  await run.writePage(pageOf({ a: 1 }, { more: true }));
  expect(await db.collection("sites").countDocuments()).toBe(1);
});
