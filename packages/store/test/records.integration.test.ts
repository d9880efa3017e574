import { expect, test } from "vitest";
import { at, installationId, pageOf, scopeOf, setup, startedRun, swept, syncId } from "./world.ts";

test("a page writes what changed and leaves alone what did not, whatever the order of its fields", async () => {
  const { store, db } = await setup();
  const { scope } = await startedRun(store);
  const first = await store.records.writePage(scope, pageOf(0, { a: { x: 1, y: 2 }, b: { x: 1 } }), at(1));
  expect(first).toMatchObject({ created: 2, updated: 0, unchanged: 0 });
  const second = await store.records.writePage(
    scope,
    pageOf(0, { a: { y: 2, x: 1 }, b: { x: 2 }, c: { x: 1 } }),
    at(2),
  );
  expect(second).toMatchObject({ created: 1, updated: 1, unchanged: 1 });
  const a = await db.collection("assets").findOne({ externalId: "a" });
  expect(a).toMatchObject({ firstSeenAt: at(1), updatedAt: at(1) });
  expect(await db.collection("assets").findOne({ externalId: "b" })).toMatchObject({
    firstSeenAt: at(1),
    updatedAt: at(2),
    data: { x: 2 },
  });
});

test("what no page of a complete pass held is marked deleted, and comes back when it is seen again", async () => {
  const { store, db } = await setup();
  const { scope } = await startedRun(store);
  await store.records.writePage(scope, pageOf(0, { a: 1, b: 1 }), at(1));
  await store.records.writePage(scope, pageOf(1, { c: 1, d: 1 }), at(1));
  const next = scopeOf(scope.fencingToken, "p2");
  await store.records.writePage(next, pageOf(0, { a: 1 }), at(2));
  await store.records.writePage(next, pageOf(1, { c: 1 }, ["d"]), at(2));
  expect(await swept(store, next, 2, at(3))).toBe(1);
  expect(await swept(store, next, 2, at(4))).toBe(0);
  expect(await db.collection("assets").findOne({ externalId: "b" })).toMatchObject({ deletedAt: at(3) });
  expect(await store.records.count("assets", installationId)).toBe(3);
  await store.records.forgetPass(syncId);

  const again = scopeOf(scope.fencingToken, "p3");
  expect(await store.records.writePage(again, pageOf(0, { b: 1 }), at(5))).toMatchObject({ created: 1 });
  expect(await store.records.count("assets", installationId)).toBe(4);
});

test("another account's records with the same ids are not touched", async () => {
  const { store } = await setup();
  const { scope } = await startedRun(store);
  await store.records.writePage(scope, pageOf(0, { a: 1 }), at(1));
  const other = `${installationId}0` as typeof installationId;
  await store.syncs.plan(other, ["assets"], at(0), false);
  const foreign = {
    ...scope,
    installationId: other,
    syncId: `${other}/assets` as typeof syncId,
    fencingToken: 0,
  };
  await store.records.writePage(foreign, pageOf(0, { a: 2 }), at(1));
  await swept(store, { ...foreign, passId: "empty" }, 1, at(2));
  expect(await store.records.count("assets", installationId)).toBe(1);
  expect(await store.records.count("assets", other)).toBe(0);
});

test("a run that lost its lease writes no record", async () => {
  const { store, db } = await setup();
  const { scope: stale } = await startedRun(store);
  const { scope: current } = await startedRun(store, at(60));
  await store.records.writePage(current, pageOf(0, { a: "new" }), at(61));
  const lost = { code: "ERR_LEASE_LOST" };
  await expect(store.records.writePage(stale, pageOf(0, { a: "old" }), at(62))).rejects.toMatchObject(lost);
  await expect(store.records.writePage(stale, pageOf(0, { z: "old" }), at(62))).rejects.toMatchObject(lost);
  await expect(swept(store, { ...stale, passId: "other" }, 1, at(62))).rejects.toMatchObject(lost);
  expect(await db.collection("assets").find().project({ externalId: 1, data: 1, _id: 0 }).toArray()).toEqual([
    { externalId: "a", data: "new" },
  ]);
});

test("even past the lease check a stale run cannot overwrite what a newer one wrote", async () => {
  const { store, db } = await setup();
  const { scope } = await startedRun(store);
  await store.records.writePage({ ...scope }, pageOf(0, { a: "new" }), at(1));
  await db
    .collection("assets")
    .updateOne({ externalId: "a" }, { $set: { fencingToken: scope.fencingToken + 2 } });
  await expect(
    store.records.writePage(scope, pageOf(0, { a: "old", b: "old" }), at(2)),
  ).rejects.toMatchObject({ code: "ERR_LEASE_LOST" });
  expect((await db.collection("assets").findOne({ externalId: "a" }))?.data).toBe("new");
});

test("items that were set aside are kept until a later pass no longer finds them", async () => {
  const { store } = await setup();
  const { scope } = await startedRun(store);
  const misfit = { externalId: "x", item: { id: "x" }, reasons: ["name: expected text"] };
  await store.setAside.keep(scope, [misfit, { ...misfit, externalId: undefined }], at(1));
  await store.setAside.keep(scope, [misfit], at(2));
  expect(await store.setAside.of(syncId, 10)).toHaveLength(2);
  await store.setAside.forgetEarlier(scope);
  expect(await store.setAside.of(syncId, 10)).toHaveLength(2);
  await store.setAside.forgetEarlier({ ...scope, passId: "p2" });
  expect(await store.setAside.of(syncId, 10)).toEqual([]);
});

test("a large installation is swept in steps that can be resumed, each vanished record marked once", async () => {
  const { store } = await setup();
  const { scope } = await startedRun(store);
  const ids = Array.from({ length: 2_500 }, (_, index) => `r${String(index).padStart(5, "0")}`);
  for (let page = 0; page < 5; page++)
    await store.records.writePage(
      scope,
      pageOf(page, Object.fromEntries(ids.slice(page * 500, page * 500 + 500).map((id) => [id, 1]))),
      at(1),
    );
  const next = scopeOf(scope.fencingToken, "p2");
  const kept = ids.filter((_, index) => index % 10 !== 0);
  await store.records.writePage(next, pageOf(0, Object.fromEntries(kept.map((id) => [id, 1]))), at(2));

  let after: string | null = null;
  let deleted = 0;
  let steps = 0;
  do {
    // Each step begins anew, as after a restart.
    const sweep = store.records.sweepVanished(next, { after, page: 1 + steps, now: at(3) });
    const { value } = await sweep.next();
    await sweep.return(undefined);
    deleted += value?.deleted ?? 0;
    after = value?.sweptTo ?? null;
    steps++;
  } while (after !== null);
  expect({ steps, deleted }).toEqual({ steps: 3, deleted: 250 });
  expect(await store.records.count("assets", installationId)).toBe(2_250);
});
