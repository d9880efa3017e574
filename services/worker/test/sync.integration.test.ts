import { testNamespace } from "@fleetkeeper/local-stack";
import { installationIdOf, syncIdOf } from "@fleetkeeper/model";
import type { Store, SyncDocument } from "@fleetkeeper/store";
import { openStore } from "@fleetkeeper/store";
import { defineSync, type SyncDefinition } from "@fleetkeeper/syncs";
import { createLog, createWorkerMetrics, noTraces } from "@fleetkeeper/telemetry";
import { MongoClient } from "mongodb";
import { expect, inject, onTestFinished, test } from "vitest";
import { z } from "zod";
import { createSyncHandler } from "../src/sync.ts";

const installationId = installationIdOf("@a/b", "1");
const syncId = syncIdOf(installationId, "things");

/** A handler over a list of pages in memory: only the store is real. */
async function setup(pages: string[][], definition: Partial<SyncDefinition> = {}) {
  const mongodbUrl = new URL(`/${testNamespace()}`, inject("mongodbUrl")).href;
  const store = await openStore({ mongodbUrl });
  onTestFinished(async () => {
    await store.close();
    const client = await MongoClient.connect(mongodbUrl);
    await client.db().dropDatabase();
    await client.close();
  });
  const asked: (string | null)[] = [];
  const windows: ({ from: Date; to: Date } | undefined)[] = [];
  const things = defineSync({
    name: "things",
    resource: "things",
    scopes: [],
    intervalMs: 60_000,
    pageSize: 10,
    deletions: "complete-pass",
    async *pages(_client, { from, window }) {
      windows.push(window);
      for (let index = Number(from ?? 0); index < pages.length; index++) {
        asked.push(String(index));
        const nextCursor = index + 1 < pages.length ? String(index + 1) : null;
        yield { items: (pages[index] ?? []).map((id) => ({ id })), nextCursor };
      }
    },
    item: z.object({ id: z.string() }),
    idOf: ({ id }) => id,
    ...(definition as object),
  });
  let clock = new Date("2026-01-01T00:00:00Z").getTime();
  const now = () => new Date(clock);
  const run = async (through: Store = store, options = {}) => {
    const handle = createSyncHandler({
      store: through,
      trackunit: () => ({}) as never,
      definitions: new Map([["things", things]]),
      log: createLog({ service: "test", level: "silent" }),
      metrics: createWorkerMetrics(),
      traces: noTraces,
      now,
      slicePages: 100,
      sliceMs: 60_000,
      leaseMs: 60_000,
      ...options,
    });
    await store.syncs.plan(installationId, ["things"], now(), false);
    const sync = (await store.syncs.find(syncId)) as SyncDocument;
    const fencingToken = (await store.syncs.dispatch(sync, now(), now())) ?? 0;
    return handle({ payload: { syncId, fencingToken }, signal: new AbortController().signal });
  };
  return { store, asked, windows, run, now, pass };

  function pass(ms: number): void {
    clock += ms;
  }
}

test("a checkpoint is saved only after its page's records are written", async () => {
  const { store, run, asked } = await setup([["a"], ["b"], ["c"]]);
  let writes = 0;
  const failing: Store = {
    ...store,
    records: {
      ...store.records,
      writePage: (...page) => {
        if (++writes === 2) throw new Error("the worker died here");
        return store.records.writePage(...page);
      },
    },
  };
  await run(failing);
  expect(await store.syncs.find(syncId)).toMatchObject({
    checkpoint: { cursor: "1", pages: 1, complete: false },
  });
  expect(await run()).toMatchObject({ outcome: "succeeded", records: 3 });
  expect(asked).toEqual(["0", "1", "1", "2"]);
  expect(await store.records.count("things", installationId)).toBe(3);
});

test("a crash between records and checkpoint repeats the page, and changes nothing", async () => {
  const { store, run } = await setup([["a"], ["b"]]);
  const died = () => {
    throw new Error("the worker died here");
  };
  const failing: Store = { ...store, syncs: { ...store.syncs, saveCheckpoint: died, settle: died } };
  await expect(run(failing)).rejects.toThrow("died");
  expect(await store.records.count("things", installationId)).toBe(1);
  await run();
  expect(await store.syncs.find(syncId)).toMatchObject({
    lastRun: { changes: { created: 1, unchanged: 1 } },
  });
});

test("a slice ends after its pages, and the next one goes on there", async () => {
  const { store, run, asked } = await setup([["a"], ["b"], ["c"], ["d"], ["e"]]);
  expect(await run(store, { slicePages: 2 })).toMatchObject({ outcome: "next slice" });
  expect(await store.syncs.find(syncId)).toMatchObject({
    waiting: { for: "next-slice", pages: 2, records: 2 },
  });
  expect(await run(store, { slicePages: 2 })).toMatchObject({ outcome: "next slice" });
  expect(await run(store, { slicePages: 2 })).toMatchObject({ outcome: "succeeded", records: 5 });
  expect(asked).toEqual(["0", "1", "2", "3", "4"]);
});

test("a window begins where the last complete pass began, less the overlap, so that nothing falls in between", async () => {
  const hour = 3_600_000;
  const window = { lookbackMs: 24 * hour, overlapMs: 2 * hour };
  const { run, windows, now, pass } = await setup([["a"], ["b"]], { deletions: "never", window });
  const first = now();
  await run(undefined, { slicePages: 1 });
  pass(hour);
  await run();
  pass(hour);
  await run();
  const second = now();
  expect(windows).toEqual([
    { from: new Date(first.getTime() - 24 * hour), to: first },
    { from: new Date(first.getTime() - 24 * hour), to: first },
    { from: new Date(first.getTime() - 2 * hour), to: second },
  ]);
});

test("a job that comes twice runs once", async () => {
  const { store, asked, run } = await setup([["a"]]);
  await run();
  const sync = (await store.syncs.find(syncId)) as SyncDocument;
  expect(await store.syncs.start(syncId, sync.fencingToken - 1, new Date(), new Date())).toBeUndefined();
  expect(asked).toEqual(["0"]);
});

test("a sync that this worker does not know waits, and says what to do", async () => {
  const { store, run } = await setup([["a"]]);
  expect(await run(store, { definitions: new Map() })).toMatchObject({
    outcome: "failed",
    code: "ERR_UNKNOWN_SYNC",
  });
  expect((await store.syncs.find(syncId))?.waiting).toMatchObject({
    for: "backoff",
    code: "ERR_UNKNOWN_SYNC",
  });
});

test("looking for what vanished is done in slices too, and keeps the lease while it goes on", async () => {
  const ids = Array.from({ length: 2_200 }, (_, index) => `i${index}`);
  const { store, run } = await setup([ids]);
  const leases: Date[] = [];
  const watching: Store = {
    ...store,
    syncs: {
      ...store.syncs,
      saveCheckpoint: (...saved) => {
        leases.push(saved[3]);
        return store.syncs.saveCheckpoint(...saved);
      },
    },
  };
  expect(await run(watching, { sliceMs: 0 })).toMatchObject({ outcome: "next slice" });
  const sync = await store.syncs.find(syncId);
  expect(sync?.checkpoint).toMatchObject({ complete: true, pages: 1 });
  expect(sync?.checkpoint?.sweptTo).toMatch(/^@a\.b\.1\/i\d+$/);
  expect(leases).toHaveLength(2);
  let outcome = await run(store, { sliceMs: 0 });
  for (let slices = 0; outcome.outcome === "next slice" && slices < 5; slices++)
    outcome = await run(store, { sliceMs: 0 });
  expect(outcome).toMatchObject({ outcome: "succeeded", records: 2_200 });
  expect(await store.records.count("things", installationId)).toBe(2_200);
});

test("a page that takes longer than the lease keeps it", async () => {
  const { store, run } = await setup([["a"], ["b"]], {
    async *pages() {
      for (const id of ["a", "b"]) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        yield { items: [{ id }], nextCursor: id === "a" ? "b" : null };
      }
    },
  });
  const leases: Date[] = [];
  const watching: Store = {
    ...store,
    syncs: {
      ...store.syncs,
      extendLease: (...extension) => {
        leases.push(extension[2]);
        return store.syncs.extendLease(...extension);
      },
    },
  };
  expect(await run(watching, { leaseMs: 150 })).toMatchObject({ outcome: "succeeded", records: 2 });
  expect(leases.length).toBeGreaterThan(4);
});

test("a run that lost its lease in the middle of a page ends there", async () => {
  const { store, run } = await setup([["a"]], {
    async *pages(_client, { signal }) {
      await store.syncs.pauseOne(syncId);
      await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  });
  expect(await run(store, { leaseMs: 90 })).toMatchObject({ outcome: "superseded" });
  expect((await store.syncs.find(syncId))?.waiting).toMatchObject({ for: "operator", of: "sync" });
});
