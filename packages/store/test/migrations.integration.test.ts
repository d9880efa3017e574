import { readFileSync } from "node:fs";
import { installationIdOf } from "@fleetkeeper/model";
import { BSON, type Document } from "mongodb";
import { expect, test } from "vitest";
import { openStore, schemaVersion } from "../src/index.ts";
import { pass } from "./runs.ts";
import { at, setup, syncId } from "./world.ts";

/**
 * What the store of 6ef0c46 (before an installation had candidates) wrote: three accounts, one paused, one
 * synced twice.
 */
const dump: Record<string, Document[]> = BSON.EJSON.parse(
  readFileSync(new URL("store-of-version-0.json", import.meta.url), "utf8"),
);
const all = ["1", "2", "3"].map((accountId) => installationIdOf("@a/b", accountId));

async function setupOld() {
  const world = await setup();
  for (const [name, found] of Object.entries(dump))
    await world.db.collection(name).insertMany(structuredClone(found));
  const installations = world.db.collection<Document>("installations");
  const left = () => installations.countDocuments({ candidates: { $exists: false } });
  return { ...world, installations, left };
}

test("documents of an earlier version are updated by one process at a time, and what was interrupted continues", async () => {
  const { store, db, installations, left } = await setupOld();
  const { migrations } = store;
  expect(await migrations.version()).toEqual({ stored: 0, target: schemaVersion });
  const before = await store.installations.list({ sort: "id", limit: 10 });
  const stopping = new AbortController();
  const told: number[] = [];
  const migrate = (holder: string, minute: number, signal?: AbortSignal) =>
    migrations.migrate({
      holder,
      now: () => at(minute * 60),
      onProgress: ({ done }) => {
        told.push(done);
        stopping.abort();
      },
      ...(signal === undefined ? {} : { signal }),
    });
  await expect(migrate("killed", 0, stopping.signal)).rejects.toThrow("aborted");
  expect(await left()).toBe(0);
  // An earlier release that still runs writes one more.
  await installations.updateOne({ accountId: "3" }, { $unset: { candidates: "" } });
  expect(await migrate("other", 0.5)).toBe(false);
  expect(await Promise.all(["b", "c", "d"].map((holder) => migrate(holder, 2)))).toContain(true);
  expect(await left()).toBe(0);
  expect(told).toEqual([3, 4, 3]);
  expect(await migrate("late", 5)).toBe(true);
  expect(await db.collection("schema").find().toArray()).toMatchObject([
    { _id: "schema", version: schemaVersion, readableBy: schemaVersion },
  ]);
  // What is read says the same as before, and is stored now.
  expect(await store.installations.list({ sort: "id", limit: 10 })).toEqual(before);
  const stored = await installations.find({}, { projection: { candidates: 1, inForceSince: 1 } }).toArray();
  expect(stored).toEqual(all.map((_id) => ({ _id, candidates: [], inForceSince: expect.any(Date) })));
});

test("accounts that had only their id as a key are found by names and fingerprints, also those behind an interruption", async () => {
  const { store, installations } = await setupOld();
  const [one] = dump.installations ?? [];
  const more = Array.from({ length: 200 }, (_, number) => `x${number}`);
  await installations.insertMany(
    more.map((accountId) => ({ ...one, _id: installationIdOf("@a/b", accountId) as never, accountId })),
  );
  await installations.updateMany({ accountId: { $in: ["1", "x99"] } }, { $set: { name: "Acme Cranes" } });
  const found = async (search: string) =>
    (await store.installations.list({ search, sort: "id", limit: 500 })).rows.map(
      ({ accountId }) => accountId,
    );
  expect(await found("cranes")).toEqual([]);
  const told: number[] = [];
  const migrate = (minute: number, signal?: AbortSignal, stop?: () => void) =>
    store.migrations.migrate({
      holder: `at ${minute}`,
      now: () => at(minute * 60),
      onProgress: ({ to, done }) => {
        if (to !== 2) return;
        told.push(done);
        stop?.();
      },
      ...(signal === undefined ? {} : { signal }),
    });
  const stopping = new AbortController();
  await expect(migrate(0, stopping.signal, () => stopping.abort())).rejects.toThrow("aborted");
  expect(await found("cranes")).toEqual(["1"]);
  // Continues behind what was reached: the others are not gone through again.
  expect(await migrate(2)).toBe(true);
  expect(told).toEqual([200, 203]);
  expect(await found("cranes")).toEqual(["1", "x99"]);
  expect(await found("f")).toHaveLength(203);
  expect(await store.installations.ofAccount("x7")).toHaveLength(1);
});

test("what an earlier version wrote is worked with before it was updated", async () => {
  const { store } = await setupOld();
  expect(await store.installations.countByState()).toMatchObject({ active: 2, paused: 1 });
  expect(await pass(store, at(2_000), [{ a: { name: "crane 3" } }])).toMatchObject({
    updated: 1,
    deleted: 1,
  });
  expect((await store.syncs.find(syncId))?.lastRun?.outcome).toBe("succeeded");
});

test("a store that only a newer version can work with is not opened, and one that it can is", async () => {
  const { db, mongodbUrl } = await setup();
  const schema = db.collection<{ _id: string }>("schema");
  const newer = { version: schemaVersion + 5, done: 0, holder: "h", heldUntil: at(0) };
  await schema.insertOne({ _id: "schema", ...newer, readableBy: schemaVersion + 1 } as never);
  await expect(openStore({ mongodbUrl })).rejects.toMatchObject({ code: "ERR_SCHEMA_TOO_NEW" });
  await schema.updateOne({ _id: "schema" }, { $set: { readableBy: schemaVersion } as never });
  const store = await openStore({ mongodbUrl, indexes: "leave" });
  expect(await store.migrations.migrate({ holder: "old", now: () => at(9) })).toBe(true);
  expect((await store.migrations.version()).stored).toBe(newer.version);
  await store.close();
});
