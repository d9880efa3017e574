import { parseExactJson } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { defaultAbsenceRules } from "../src/index.ts";
import { liveRecords, pageOf, pass, settlementOf, startedRun } from "./runs.ts";
import { at, installation, installationId, setup, syncId } from "./world.ts";

test("a page writes changed records and leaves unchanged ones alone, in any order of their fields", async () => {
  const { store, db } = await setup();
  const first = await pass(store, at(1), [{ a: { x: 1, y: 2 }, b: { x: 1 } }]);
  expect(first).toMatchObject({ created: 2, updated: 0, unchanged: 0 });
  const second = await pass(store, at(2), [{ a: { y: 2, x: 1 }, b: { x: 2 }, c: { x: 1 } }]);
  expect(second).toMatchObject({ created: 1, updated: 1, unchanged: 1 });
  const a = await db.collection("assets").findOne({ externalId: "a" });
  expect(a).toMatchObject({ firstSeenAt: at(1), updatedAt: at(1) });
  expect(await db.collection("assets").findOne({ externalId: "b" })).toMatchObject({
    firstSeenAt: at(1),
    updatedAt: at(2),
    data: { x: 2 },
  });
});

test("a first pass creates a record once, also if two pages hold it, and compares what is stored already", async () => {
  const { store, db } = await setup();
  const moved = [
    { a: 1, b: 1 },
    { b: 2, c: 1 },
    { a: 1, c: 1 },
  ];
  expect(await pass(store, at(1), moved)).toMatchObject({ created: 3, updated: 1, unchanged: 2 });
  const kinds = async (id: string) =>
    (await store.feed.historyOf(syncId, id, 10)).map(({ change }) => change.kind);
  expect(await kinds("a")).toEqual(["created"]);
  expect(await kinds("b")).toEqual(["updated", "created"]);
  await db.collection("syncs").deleteOne({ _id: syncId as never });
  expect(await pass(store, at(2), [{ a: 1, b: 3, d: 1 }])).toMatchObject({
    ...{ created: 1, updated: 1, unchanged: 1 },
  });
  expect(await liveRecords(db)).toEqual({ a: 1, b: 3, c: 1, d: 1 });
});

test("a record is found by any part of its id or name, literally and in any case, and its history shows its changes", async () => {
  const { store } = await setup();
  await pass(store, at(1), [{ "id-1": { name: "Big (Digger)" }, "id-2": { name: "Crane" }, "ID.3": {} }]);
  await pass(store, at(2), [{ "id-1": { name: "Big (Digger) 2" }, "id-2": { name: "Crane" }, "ID.3": {} }]);
  const found = async (search: string) => {
    const page = { resource: "assets", whose: { installationId }, search, limit: 10 };
    return (await store.records.page(page)).rows.map(({ externalId }) => externalId);
  };
  expect(await found("digg")).toEqual(["id-1"]);
  expect(await found("(digger)")).toEqual(["id-1"]);
  expect(await found("id.")).toEqual(["ID.3"]);
  expect(await found("D-")).toEqual(["id-1", "id-2"]);
  expect(await found(".*")).toEqual([]);
  expect(await store.records.find("assets", installationId, "id-2")).toMatchObject({
    data: { name: "Crane" },
  });
  expect(await store.records.find("installations", installationId, "id-2")).toBeNull();
  const history = await store.feed.historyOf(syncId, "id-1", 10);
  expect(history.map(({ at: when, change }) => [when, change.kind, change.data])).toEqual([
    [at(2), "updated", { name: "Big (Digger) 2" }],
    [at(1), "created", { name: "Big (Digger)" }],
  ]);
});

test("another account's records with the same ids are not touched", async () => {
  const { store } = await setup();
  await pass(store, at(1), [{ a: 1 }]);
  const other = `${installationId}0` as typeof installationId;
  const otherSync = `${other}/assets` as typeof syncId;
  await store.syncs.plan({ ...installation, _id: other }, ["assets"], { now: at(0) });
  for (const [index, records] of [{ a: 2 }, {}, {}].entries()) {
    const due = await store.syncs.find(otherSync);
    const jobs = await store.syncs.dispatch(due === null ? [] : [due], at(index), at(index));
    const clock = { leaseMs: 1, now: () => at(index) };
    const run = await store.syncs.start(otherSync, jobs[0]?.fencingToken ?? -1, clock);
    if (run === undefined) throw new Error("the run did not start");
    await run.begin({ resource: "assets", seeksMissing: true }, () => null);
    await run.writePage(pageOf(records));
    for await (const _ of run.sweep(defaultAbsenceRules));
    await run.settle(settlementOf(run, at(index)));
  }
  expect(await store.records.count("assets", installationId)).toBe(1);
  expect(await store.records.count("assets", other)).toBe(0);
});

test("a run that was replaced by another writes nothing any more", async () => {
  const { store, db } = await setup();
  const { run: stale } = await startedRun(store);
  const { run: current } = await startedRun(store, at(60));
  await current.writePage(pageOf({ a: "new" }, { more: true }));
  const lost = { code: "ERR_LEASE_LOST" };
  await expect(stale.writePage(pageOf({ a: "old" }))).rejects.toMatchObject(lost);
  await expect(stale.writePage(pageOf({ z: "old" }))).rejects.toMatchObject(lost);
  await expect(stale.extendLease()).rejects.toMatchObject(lost);
  await expect(stale.settle(settlementOf(stale, at(62)))).rejects.toMatchObject(lost);
  expect(await liveRecords(db)).toEqual({ a: "new" });
});

test("records with a greater token than the sync's, as a restored backup leaves them, are taken over", async () => {
  const { store, db } = await setup();
  await pass(store, at(1), [{ a: 1, b: 1 }]);
  await db.collection("assets").updateMany({}, { $set: { fencingToken: 1_000_000 } });
  await pass(store, at(2), [{ a: 2 }]);
  await pass(store, at(3), [{ a: 2 }]);
  expect(await liveRecords(db)).toEqual({ a: 2 });
});

test("an item that MongoDB cannot store is set aside with its reason, and the rest of its page continues", async () => {
  const { store, db } = await setup();
  let deep: unknown = 1;
  for (let depth = 0; depth < 120; depth++) deep = { deep };
  const changes = await pass(store, at(1), [
    { a: 1, deep, zero: { "x\0y": 1 }, large: "x".repeat(8_000_000), b: 1, class: [{ _bsontype: "Long" }] },
  ]);
  expect(changes).toMatchObject({ created: 2, rejected: 4 });
  expect(await liveRecords(db)).toEqual({ a: 1, b: 1 });
  const aside = await store.setAside.of(syncId, 10);
  expect(aside.map(({ _id, reasons }) => [_id.split("/").at(-1), reasons.join()])).toEqual([
    ["class", expect.stringContaining("_bsontype")],
    ["deep", expect.stringContaining("nested")],
    ["large", expect.stringContaining("bytes")],
    ["zero", expect.stringContaining("zero character")],
  ]);
});

test("a page of large records becomes several entries of the feed, and so does the deletion of them all", async () => {
  const { store, db } = await setup();
  const ring = (seed: number) => Array.from({ length: 30_000 }, (_, index) => seed + index / 7).join(" ");
  const page = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`site${index}`, ring(index)]));
  await pass(store, at(1), [page]);
  expect(await db.collection("changes").countDocuments()).toBeGreaterThan(1);
  expect(Object.keys(await liveRecords(db))).toHaveLength(12);
  await pass(store, at(2), [{}], { rules: { share: 1, records: 1, passes: 2 } });
  expect(await pass(store, at(3), [{}], { rules: { share: 1, records: 1, passes: 2 } })).toMatchObject({
    deleted: 12,
  });
});

test("items that were set aside are kept until a later pass no longer finds them", async () => {
  const { store } = await setup();
  const unusable = { externalId: "x", item: { id: "x" }, reasons: ["name: expected text"] };
  await pass(store, at(1), [{ a: 1 }], {
    pageFields: { setAside: [unusable, { ...unusable, externalId: undefined }] },
  });
  expect(await store.setAside.of(syncId, 10)).toHaveLength(2);
  await pass(store, at(2), [{ a: 1 }], { pageFields: { setAside: [unusable] } });
  expect((await store.setAside.of(syncId, 10)).map(({ _id }) => _id)).toEqual([`${syncId}/x`]);
  await pass(store, at(3), [{ a: 1, x: 1 }]);
  expect(await store.setAside.of(syncId, 10)).toEqual([]);
});

test("numbers that JavaScript cannot represent are kept exactly, and a change of their last digit is detected", async () => {
  const { store, db } = await setup();
  const page = (integer: string, decimal: string) => ({
    a: parseExactJson(`{"integer":${integer},"list":[${decimal}],"usual":1.5,"long":1e400}`),
  });
  await pass(store, at(1), [page("9007199254740993", "0.12345678901234567890123")]);
  const [stored] = await db.collection("assets").find().toArray();
  expect(String(stored?.data.integer)).toBe("9007199254740993");
  expect(String(stored?.data.list[0])).toBe("0.12345678901234567890123");
  expect(stored?.data.usual).toBe(1.5);
  const same = await pass(store, at(2), [page("9007199254740993", "0.12345678901234567890123")]);
  expect(same).toMatchObject({ unchanged: 1, updated: 0 });
  const changed = await pass(store, at(3), [page("9007199254740993", "0.12345678901234567890124")]);
  expect(changed).toMatchObject({ unchanged: 0, updated: 1 });
  const [last] = await db.collection("changes").find().sort({ _id: -1 }).toArray();
  expect(last?.changes).toMatchObject([{ externalId: "a", kind: "updated", fields: ["list"] }]);
});
