import type { SyncDocument } from "@fleetkeeper/store";
import { expect, test } from "vitest";

import { installationId, setup, syncId, withRuns } from "./slice-world.ts";

test("a checkpoint is saved only after its page's records are written", async () => {
  const { store, run, asked } = await setup([["a"], ["b"], ["c"]]);
  let writes = 0;
  const failing = withRuns(store, (started) => ({
    writePage: (page) => {
      if (++writes === 2) throw new Error("the worker died here");
      return started.writePage(page);
    },
  }));
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
  const failing = withRuns(store, (started) => ({
    writePage: async (page) => {
      await started.writePage(page);
      await run();
      return died();
    },
    settle: died,
  }));
  await expect(run(failing)).rejects.toThrow("died");
  await run();
  expect(await store.records.count("things", installationId)).toBe(2);
  expect(await store.syncs.find(syncId)).toMatchObject({
    lastRun: { changes: { created: 0, unchanged: 2 } },
  });
});

test("a slice ends after its pages, and the next one continues there", async () => {
  const { store, run, asked } = await setup([["a"], ["b"], ["c"], ["d"], ["e"]]);
  expect(await run(store, { slicePages: 2 })).toMatchObject({ outcome: "next slice" });
  expect(await store.syncs.find(syncId)).toMatchObject({
    waiting: { for: "next-slice", pages: 2, records: 2 },
  });
  expect(await run(store, { slicePages: 2 })).toMatchObject({ outcome: "next slice" });
  expect(await run(store, { slicePages: 2 })).toMatchObject({ outcome: "succeeded", records: 5 });
  expect(asked).toEqual(["0", "1", "2", "3", "4"]);
  const [kept] = await store.syncs.runsOf(syncId, 1);
  const [slice, page] = ["slice", "page"];
  expect(kept?.timeline?.events.map(({ kind }) => kind)).toEqual([
    slice,
    page,
    page,
    slice,
    page,
    page,
    slice,
    page,
  ]);
  expect(await store.syncs.find(syncId)).toMatchObject({ checkpoint: null });
});

test("a slice continues after its pages if no other sync waits", async () => {
  const { store, run, asked } = await setup([["a"], ["b"], ["c"], ["d"], ["e"]]);
  const askedAt: number[] = [];
  const mayBeKept = () => askedAt.push(asked.length) === 1;
  expect(await run(store, { slicePages: 2, mayBeKept })).toMatchObject({ outcome: "next slice" });
  expect(askedAt).toEqual([2, 4]);
  expect(await store.syncs.find(syncId)).toMatchObject({ waiting: { for: "next-slice", pages: 4 } });
  expect(await run(store, { slicePages: 2, mayBeKept: () => true })).toMatchObject({
    outcome: "succeeded",
    records: 5,
  });
});

test("a window begins where the last complete pass began, less the overlap, so that nothing falls in between", async () => {
  const hour = 3_600_000;
  const window = { lookbackMs: 24 * hour, overlapMs: 2 * hour };
  const { run, windows, now, advance } = await setup([["a"], ["b"]], { deletions: "never", window });
  const first = now();
  await run(undefined, { slicePages: 1 });
  advance(hour);
  await run();
  advance(hour);
  await run();
  const second = now();
  expect(windows).toEqual([
    { from: new Date(first.getTime() - 24 * hour), to: first },
    { from: new Date(first.getTime() - 24 * hour), to: first },
    { from: new Date(first.getTime() - 2 * hour), to: second },
  ]);
});

test("a window whose pass was disturbed is read again, and only once if every pass is disturbed", async () => {
  const hour = 3_600_000;
  const window = { lookbackMs: 24 * hour, overlapMs: hour };
  const windows: number[][] = [];
  const start = Date.UTC(2026, 0, 1);
  const disturbedPasses = [true, false, true, true, true, false, false];
  const { run, advance } = await setup([], {
    deletions: "never",
    window,
    async *pages(_client, { window: asked }) {
      windows.push([asked?.from, asked?.to].map((time) => (Number(time) - start) / hour));
      const disturbed = disturbedPasses[windows.length - 1] ? { disturbed: "the list moved" } : {};
      yield { items: [], nextCursor: null, ...disturbed };
    },
  });
  for (const _ of disturbedPasses) {
    await run();
    advance(10 * hour);
  }
  expect(windows).toEqual([
    [-24, 0],
    [-14, 10],
    [9, 20],
    [9, 30],
    [20, 40],
    [30, 50],
    [49, 60],
  ]);
});

test("a job that is delivered twice runs once", async () => {
  const { store, asked, run } = await setup([["a"]]);
  await run();
  const sync = (await store.syncs.find(syncId)) as SyncDocument;
  const lease = { leaseMs: 1_000, now: () => new Date() };
  expect(await store.syncs.start(syncId, sync.fencingToken - 1, lease)).toBeUndefined();
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

test("the search for missing records runs in slices too, and keeps its lease", async () => {
  const ids = Array.from({ length: 2_200 }, (_, index) => `i${index}`);
  const { store, run, advance, now } = await setup([ids]);
  // The first pass searches for nothing.
  expect(await run(store)).toMatchObject({ outcome: "succeeded" });
  expect(await run(store, { sliceMs: 0 })).toMatchObject({ outcome: "next slice" });
  const sync = await store.syncs.find(syncId);
  expect(sync?.checkpoint).toMatchObject({ complete: true, pages: 1, sweep: { phase: "note" } });
  expect(sync?.checkpoint?.sweep?.after).toMatch(/^@a\.b\.1\/i\d+$/);
  const leases: (Date | null | undefined)[] = [];
  const watching = withRuns(store, (started) => ({
    async *sweep(rules) {
      for await (const step of started.sweep(rules)) {
        leases.push((await store.syncs.find(syncId))?.nextRunAt);
        advance(1_000);
        yield step;
      }
    },
  }));
  const begunAt = now();
  let outcome = await run(watching);
  for (let slices = 0; outcome.outcome === "next slice" && slices < 5; slices++)
    outcome = await run(watching);
  expect(outcome).toMatchObject({ outcome: "succeeded", records: 2_200 });
  expect(leases.at(-1)).toEqual(new Date(begunAt.getTime() + 60_000));
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
  let extended = 0;
  const watching = withRuns(store, (started) => ({
    extendLease: () => {
      extended++;
      return started.extendLease();
    },
  }));
  expect(await run(watching, { leaseMs: 150 })).toMatchObject({ outcome: "succeeded", records: 2 });
  expect(extended).toBeGreaterThan(4);
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
