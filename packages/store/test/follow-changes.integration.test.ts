import { startMongoProxy } from "@fleetkeeper/local-stack";
import { inBackground } from "@fleetkeeper/test-worlds";
import { expect, onTestFinished, test, vi } from "vitest";
import { type FeedEntry, type FollowOptions, followChanges, openStore } from "../src/index.ts";
import { pageOf, pass, settlementOf, startedRun } from "./runs.ts";
import { at, installationId, setup, syncId } from "./world.ts";

async function following(
  handle: (entry: FeedEntry) => Promise<void>,
  feed: FollowOptions["feed"],
  more: Partial<FollowOptions> = {},
) {
  const stop = new AbortController();
  const done = inBackground(
    followChanges({
      feed,
      consumer: "test",
      handle,
      onGap: async () => undefined,
      onError: () => undefined,
      pollMs: 10,
      signal: stop.signal,
      ...more,
    }),
  );
  return async () => {
    stop.abort();
    await done;
  };
}

/** A world whose store is reached through a proxy. */
async function proxied() {
  const world = await setup();
  const proxy = await startMongoProxy(world.mongodbUrl);
  const store = await openStore({ mongodbUrl: proxy.url });
  onTestFinished(async () => {
    await store.close();
    await proxy.close();
  });
  return { ...world, proxy, store };
}

test("a consumer gets every change in order, with the fields that differ, and continues where it stopped", async () => {
  const { store } = await setup();
  const seen: unknown[] = [];
  const handle = async ({ changes }: FeedEntry) =>
    void seen.push(...changes.map(({ externalId, kind, fields }) => ({ externalId, kind, fields })));
  await pass(store, at(1), [{ a: { x: 1, y: 1 }, b: { x: 1 } }]);
  let stop = await following(handle, store.feed);
  await vi.waitFor(() => expect(seen).toHaveLength(2), { timeout: 20_000 });
  await stop();

  await pass(store, new Date(), [{ a: { x: 1, y: 2, z: 3 }, b: { x: 1 } }]);
  await pass(store, new Date(), [{}]);
  await pass(store, new Date(), [{}]);
  stop = await following(handle, store.feed);
  await vi.waitFor(() => expect(seen).toHaveLength(5), { timeout: 20_000 });
  await stop();
  expect(seen).toEqual([
    { externalId: "a", kind: "created", fields: ["x", "y"] },
    { externalId: "b", kind: "created", fields: ["x"] },
    { externalId: "a", kind: "updated", fields: ["y", "z"] },
    { externalId: "a", kind: "deleted", fields: [] },
    { externalId: "b", kind: "deleted", fields: [] },
  ]);
});

test("an entry whose handling failed is delivered again, and the ones after it wait", async () => {
  const { store } = await setup();
  await pass(store, new Date(), [{ a: 1 }, { b: 1 }]);
  const seen: string[] = [];
  let failures = 2;
  const stop = await following(async ({ changes }) => {
    if (failures-- > 0) throw new Error("not now");
    seen.push(...changes.map(({ externalId }) => externalId));
  }, store.feed);
  await vi.waitFor(() => expect(seen).toEqual(["a", "b"]), { timeout: 20_000 });
  await stop();
});

test("an entry that no sync named, as a replaced run leaves it, is never delivered", async () => {
  const { store, db } = await setup();
  const { run: stale } = await startedRun(store);
  const { run } = await startedRun(store, at(60));
  await expect(stale.writePage(pageOf({ ghost: 1 }))).rejects.toMatchObject({ code: "ERR_LEASE_LOST" });
  expect(await db.collection("changes").countDocuments()).toBe(1);
  await run.writePage(pageOf({ a: 1 }));
  await run.settle(settlementOf(run, at(61)));
  const seen: string[] = [];
  const stop = await following(async ({ changes }) => {
    seen.push(...changes.map(({ externalId }) => externalId));
  }, store.feed);
  await vi.waitFor(() => expect(seen).toEqual(["a"]), { timeout: 20_000 });
  await stop();
});

test("what a run announced and did not write before it ended is taken back by the next", async () => {
  const { store, db } = await setup();
  await pass(store, at(1), [{ kept: 1 }]);
  const { run } = await startedRun(store, at(2));
  await run.writePage(pageOf({ kept: 2, ghost: 1 }, { more: true }));
  // As if the process had ended before the records were written.
  await db.collection("assets").deleteOne({ externalId: "ghost" });
  await db
    .collection<{ _id: string }>("assets")
    .updateOne({ externalId: "kept" }, { $set: { data: 1, hash: "old" } });
  const { feedHead } = (await store.syncs.find(syncId)) ?? {};
  await db
    .collection<{ _id: string }>("syncs")
    .updateOne({ _id: syncId }, { $set: { feedOpen: feedHead, checkpoint: null } });
  await pass(store, at(100), [{ kept: 3 }]);
  const held: Record<string, unknown> = {};
  const stop = await following(async ({ changes }) => {
    for (const { externalId, kind, data } of changes)
      if (kind === "deleted") delete held[externalId];
      else held[externalId] = data;
  }, store.feed);
  await vi.waitFor(() => expect(held).toEqual({ kept: 3 }), { timeout: 20_000 });
  await stop();
});

test("a consumer that was away for longer than entries are kept is notified of the gap first", async () => {
  const { store, db } = await setup();
  await pass(store, at(1), [{ a: 1 }]);
  const sync = await store.syncs.find(syncId);
  if (sync === null) throw new Error("no sync");
  for await (const entry of store.feed.unread("test", sync)) await store.feed.confirm("test", entry);
  for (const second of [2, 3, 4]) await pass(store, at(second), [{ a: second }]);
  const [, second] = await db.collection<{ _id: string }>("changes").find().sort({ _id: 1 }).toArray();
  await db.collection<{ _id: string }>("changes").deleteMany({ _id: { $lte: second?._id ?? "" } });
  const given: unknown[] = [];
  for await (const entry of store.feed.unread("test", sync))
    given.push("gap" in entry ? "gap" : entry.changes[0]?.data);
  expect(given).toEqual(["gap", 3, 4]);
});

test("entries that are deleted while a slow consumer handles the ones before them are a gap too", async () => {
  const { store, db } = await setup();
  for (const second of [1, 2, 3, 4]) await pass(store, at(second), [{ a: second }]);
  const entries = db.collection<{ _id: string }>("changes");
  const [, second, third] = await entries.find().sort({ _id: 1 }).toArray();
  const given: unknown[] = [];
  const onGap = async () => void given.push("gap");
  const handle = async ({ changes: [change] }: FeedEntry) => {
    given.push(change?.data);
    if (change?.data === 1) await entries.deleteMany({ _id: { $in: [second?._id ?? "", third?._id ?? ""] } });
  };
  const stop = await following(handle, store.feed, { onGap });
  await vi.waitFor(() => expect(given).toContain(4), { timeout: 20_000 });
  await stop();
  expect(given).toEqual([1, "gap", 4]);
});

test("what a consumer confirms of an account that was forgotten in between leaves nothing", async () => {
  const { store, db } = await setup();
  await pass(store, at(1), [{ a: 1 }]);
  const sync = await store.syncs.find(syncId);
  if (sync === null) throw new Error("no sync");
  const given: FeedEntry[] = [];
  for await (const entry of store.feed.unread("test", sync)) if (!("gap" in entry)) given.push(entry);
  await store.forget(installationId, new Date(), ["assets"]);
  for (const entry of given) await store.feed.confirm("test", entry);
  expect(given).toHaveLength(1);
  expect(await db.collection("feedCursors").countDocuments()).toBe(0);
});

test("it continues automatically after any answer of MongoDB, and says so", async () => {
  const { proxy, store } = await proxied();
  const seen: string[] = [];
  const errors: unknown[] = [];
  await pass(store, new Date(), [{ a: 1 }]);
  for (const [command, collection] of [
    ["find", "syncs"],
    ["find", "feedCursors"],
    ["find", "changes"],
    ["update", "feedCursors"],
  ] as const)
    proxy.add({ command, collection, times: 2, when: "before", fault: { refuse: "Unauthorized" } });
  const stop = await following(
    async ({ changes }) => void seen.push(...changes.map(({ externalId }) => externalId)),
    store.feed,
    { onError: (error, entry) => errors.push({ error, entry }) },
  );
  await vi.waitFor(() => expect(errors.length).toBeGreaterThanOrEqual(8), { timeout: 20_000 });
  await pass(store, new Date(), [{ a: 1, b: 1 }]);
  await vi.waitFor(() => expect(seen).toContain("b"), { timeout: 20_000 });
  await stop();
  expect(errors).toContainEqual({ error: expect.objectContaining({ code: 13 }), entry: undefined });
});

test("an entry that is never handled does not make each look scan everything", async () => {
  const { proxy, store, db } = await proxied();
  const anHourAgo = new Date(Date.now() - 3_600_000);
  await pass(store, anHourAgo, [{ a: 1 }]);
  const quiet = ["b", "c", "d"].map((sync) => ({ sync, lastChangeAt: anHourAgo, feedHead: null }));
  await db.collection("syncs").insertMany(quiet);
  proxy.takeCounts();
  let calls = 0;
  const neverHandled = async () => {
    calls += 1;
    throw new Error("never");
  };
  const stop = await following(neverHandled, store.feed);
  await vi.waitFor(() => expect(calls).toBeGreaterThanOrEqual(5), { timeout: 10_000 });
  await stop();
  // The first look is at every sync, the later ones at the one that waits.
  expect(proxy.takeCounts()["find feedCursors"]).toBe(calls + quiet.length);
});

test("a consumer that was away for longer than the feed keeps entries must read again, until it has", async () => {
  const { store, db } = await setup();
  await pass(store, new Date(), [{ a: 1 }]);
  await pass(store, new Date(), [{ a: 2 }]);
  const [oldest] = await db.collection<{ _id: string }>("changes").find().sort({ _id: 1 }).limit(1).toArray();
  await db.collection<{ _id: string }>("changes").deleteOne({ _id: oldest?._id ?? "" });
  const told: unknown[] = [];
  let refusals = 2;
  const stop = await following(async ({ changes }) => void told.push(changes[0]?.data), store.feed, {
    onGap: async ({ sync, installationId: of }) => {
      told.push({ sync, of });
      if (refusals-- > 0) throw new Error("not now");
    },
  });
  await vi.waitFor(() => expect(told.at(-1)).toBe(2), { timeout: 20_000 });
  await stop();
  const gap = { sync: "assets", of: installationId };
  expect(told).toEqual([gap, gap, gap, 2]);
  const again = await following(async () => void told.push("again"), store.feed);
  await pass(store, new Date(), [{ a: 3 }]);
  await vi.waitFor(() => expect(told.at(-1)).toBe("again"), { timeout: 20_000 });
  await again();
  expect(told).toHaveLength(5);
});
