import { expect, test } from "vitest";
import { defaultAbsenceRules } from "../src/index.ts";
import { followed, liveRecords, pageOf, pass, settlementOf, startedRun } from "./runs.ts";
import { at, installationId, installOf, putInForce, setup, syncId } from "./world.ts";

const numbered = (count: number, from = 0) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`r${String(from + index).padStart(5, "0")}`, 1]),
  );

test("what one complete pass did not see is noted; what the next did not see either is deleted", async () => {
  const { store, db } = await setup();
  await pass(store, at(1), [{ a: 1, b: 1 }, { c: 1 }]);
  expect(await pass(store, at(2), [{ a: 1 }, { c: 1 }])).toMatchObject({ deleted: 0 });
  expect(await db.collection("assets").findOne({ externalId: "b" })).toMatchObject({
    deletedAt: null,
    missingSince: at(2),
  });
  expect(await followed(store)).toEqual({ a: 1, b: 1, c: 1 });
  expect(await pass(store, at(3), [{ a: 1 }, { c: 1 }])).toMatchObject({ deleted: 1 });
  expect(await db.collection("assets").findOne({ externalId: "b" })).toMatchObject({ deletedAt: at(3) });
  expect(await followed(store)).toEqual({ a: 1, c: 1 });
  expect(await pass(store, at(4), [{ a: 1, b: 1 }, { c: 1 }])).toMatchObject({ created: 1 });
  expect(await followed(store)).toEqual({ a: 1, b: 1, c: 1 });
});

test("a record that is seen again in between is not deleted by the pass after, and the feed never hears of it", async () => {
  const { store, db } = await setup();
  await pass(store, at(1), [{ a: 1, b: 1 }]);
  await pass(store, at(2), [{ a: 1 }]);
  expect(await pass(store, at(3), [{ a: 1, b: 1 }])).toMatchObject({ unchanged: 2 });
  expect(await db.collection("assets").findOne({ externalId: "b" })).toMatchObject({ missingSince: null });
  await pass(store, at(4), [{ a: 1 }]);
  expect(await liveRecords(db)).toEqual({ a: 1, b: 1 });
  expect(await db.collection("changes").countDocuments()).toBe(1);
});

test("an item that was set aside is not missing", async () => {
  const { store, db } = await setup();
  await pass(store, at(1), [{ a: 1, b: 1 }]);
  const setAside = [{ externalId: "b", item: {}, reasons: ["x"] }];
  await pass(store, at(2), [{ a: 1 }], { pageFields: { setAside } });
  await pass(store, at(3), [{ a: 1 }], { pageFields: { setAside } });
  expect(await liveRecords(db)).toEqual({ a: 1, b: 1 });
});

test("a disturbed pass proves nothing, and the operator learns why", async () => {
  const { store, db } = await setup();
  await pass(store, at(1), [{ a: 1, b: 1 }]);
  await pass(store, at(2), [{ a: 1 }]);
  const disturbed = "the list moved while it was read";
  await pass(store, at(3), [{ a: 1 }], { pageFields: { disturbed } });
  expect(await liveRecords(db)).toEqual({ a: 1, b: 1 });
  expect(await store.syncs.find(syncId)).toMatchObject({ disturbed, lastRun: { outcome: "succeeded" } });
  await pass(store, at(4), [{ a: 1 }]);
  expect(await store.syncs.find(syncId)).toMatchObject({ disturbed: null });
  expect(await liveRecords(db)).toEqual({ a: 1 });
});

test("a pass in which two pages held the same record proves nothing: the list moved while it was read", async () => {
  const { store, db } = await setup();
  await pass(store, at(1), [{ a: 1, b: 1 }, { c: 1 }]);
  // `c` came to the front after the first page was read, and pushed `b` over to the second.
  for (const seconds of [2, 3])
    expect(await pass(store, at(seconds), [{ a: 1, b: 1 }, { b: 1 }])).toMatchObject({ deleted: 0 });
  expect(await liveRecords(db)).toEqual({ a: 1, b: 1, c: 1 });
  const [sync] = await store.syncs.ofInstallation(installationId);
  expect(sync?.disturbed).toContain("two pages of it held the same record");
  for (const seconds of [4, 5]) await pass(store, at(seconds), [{ a: 1 }, { b: 1 }]);
  expect(await liveRecords(db)).toEqual({ a: 1, b: 1 });
});

test("a pass that misses too many deletes nothing automatically, and is believed after enough passes that agree", async () => {
  const { store, db } = await setup();
  const rules = { ...defaultAbsenceRules, passes: 4 };
  await pass(store, at(1), [numbered(100)]);
  for (const second of [2, 3, 4]) {
    expect(await pass(store, at(second), [numbered(60)], { rules })).toMatchObject({ deleted: 0 });
    expect((await store.syncs.find(syncId))?.heldBack).toMatchObject({
      missing: 40,
      known: 100,
      passes: second - 1,
      since: at(2),
    });
  }
  expect(await pass(store, at(5), [numbered(60)], { rules })).toMatchObject({ deleted: 40 });
  expect((await store.syncs.find(syncId))?.heldBack).toBeNull();
  expect(Object.keys(await liveRecords(db))).toHaveLength(60);
});

test("an operator who confirms is believed by the next pass, for what was missing when they looked", async () => {
  const { store, db } = await setup();
  await pass(store, at(1), [numbered(100)]);
  await pass(store, at(2), [numbered(60)]);
  const heldBack = (await store.syncs.find(syncId))?.heldBack ?? expect.fail();
  expect(await store.syncs.confirmMissing(syncId, heldBack, at(3))).toBe(true);
  expect(await store.syncs.due(at(3), 1)).toHaveLength(1);
  // Ten more are gone since then: nobody confirmed those.
  expect(await pass(store, at(4), [numbered(50)])).toMatchObject({ deleted: 40 });
  expect(Object.keys(await liveRecords(db))).toHaveLength(60);
});

test("there is nothing to confirm where nothing is held back", async () => {
  const { store } = await setup();
  await pass(store, at(1), [numbered(100)]);
  expect(await store.syncs.confirmMissing(syncId, { passes: 1, since: at(1) }, at(3))).toBe(false);
});

test("passes that miss different records do not agree", async () => {
  const { store, db } = await setup();
  const rules = { ...defaultAbsenceRules, passes: 2 };
  await pass(store, at(1), [numbered(100)]);
  await pass(store, at(2), [numbered(60)], { rules });
  await pass(store, at(3), [numbered(60, 40)], { rules });
  expect(Object.keys(await liveRecords(db))).toHaveLength(100);
});

test("a large installation is swept in steps that another run resumes, each record deleted once", async () => {
  const { store, db } = await setup();
  const ids = Object.keys(numbered(2_500));
  const pageOfIds = (some: string[]) => Object.fromEntries(some.map((id) => [id, 1]));
  const pagesOf = (some: string[]) =>
    [0, 500, 1_000, 1_500, 2_000].map((start) => pageOfIds(some.slice(start, start + 500)));
  await pass(store, at(1), pagesOf(ids));
  const kept = ids.filter((_, index) => index % 10 !== 0);
  await pass(store, at(2), pagesOf(kept));
  const { run } = await startedRun(store, at(3));
  for (const [index, page] of pagesOf(kept).entries()) await run.writePage(pageOf(page, { more: index < 4 }));
  let deleted = 0;
  let steps = 0;
  let last = run;
  for (let done = false; !done; steps++) {
    // Each step is one run, as after a crash.
    if (steps > 0) last = (await startedRun(store, at(3 + steps))).run;
    const sweep = last.sweep(defaultAbsenceRules);
    const { value } = await sweep.next();
    done = last.checkpoint.sweep?.phase === "delete" && last.checkpoint.sweep.after === null;
    if (done) for await (const step of sweep) deleted += step.deleted;
    else await sweep.return(undefined);
    deleted += value?.deleted ?? 0;
  }
  await last.endPass();
  await last.settle(settlementOf(last, at(100)));
  expect({ deleted, left: Object.keys(await liveRecords(db)).length }).toEqual({ deleted: 250, left: 2_250 });
  expect(await db.collection("passPages").countDocuments()).toBe(0);
});

test("a late note of a replaced run does not change those of the newer one", async () => {
  const { store, db } = await setup();
  await pass(store, at(1), [{ a: 1, b: 1 }, { c: 1 }]);
  await pass(store, at(2), [{ a: 1, b: 1 }, {}]);
  const { run: stale } = await startedRun(store, at(3));
  await stale.writePage(pageOf({ a: 1 }, { more: true }));
  const { run } = await startedRun(store, at(70));
  await run.writePage(pageOf({ b: 1, c: 1 }));
  await stale.writePage(pageOf({ a: 1 }, { more: true })).catch(() => undefined);
  for await (const _ of run.sweep(defaultAbsenceRules));
  await run.settle(settlementOf(run, at(71)));
  expect(await liveRecords(db)).toEqual({ a: 1, b: 1, c: 1 });
});

test("after a change of client a mass deletion waits for an operator, even if many passes agree", async () => {
  const { store, db } = await setup();
  await putInForce(store, { ...installOf("1"), clientIdFingerprint: "customer" });
  await pass(store, at(1), [numbered(100)]);
  await putInForce(store, { ...installOf("2"), clientIdFingerprint: "somebody" });
  for (let seconds = 2; seconds < 10; seconds++)
    expect(await pass(store, at(seconds), [numbered(97)])).toMatchObject({ deleted: 0 });
  expect((await store.syncs.find(syncId))?.heldBack).toMatchObject({ missing: 3, believedAfter: null });
  expect(await pass(store, at(10), [numbered(98)])).toMatchObject({ deleted: 2 });
  await store.credentials.acceptClient(installationId);
  await pass(store, at(12), [numbered(90)]);
  expect(await pass(store, at(13), [numbered(90)])).toMatchObject({ deleted: 8 });
  expect(Object.keys(await liveRecords(db))).toHaveLength(90);
});
