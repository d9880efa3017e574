import { noChanges, type RunOutcome } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import type { SyncDocument } from "../src/index.ts";
import { at, checkpointOf, installationId, setup, startedRun, syncId } from "./world.ts";

const succeeded = (seconds: number): RunOutcome => ({
  at: at(seconds),
  startedAt: at(0),
  outcome: "succeeded",
  records: 1,
  pages: 1,
  changes: noChanges,
});
const idle = (seconds: number) => ({
  nextRunAt: at(seconds),
  waiting: { for: "schedule", until: at(seconds) } as const,
  checkpoint: null,
  failures: 0,
});

test("a due sync goes to one of many dispatchers, and its job starts once however often it is delivered", async () => {
  const { store } = await setup();
  await store.syncs.plan(installationId, ["assets"], at(0), false);
  const [due] = await store.syncs.due(at(0), 10);
  const dispatched = await Promise.all(
    Array.from({ length: 10 }, () => store.syncs.dispatch(due as SyncDocument, at(0), at(600))),
  );
  const tokens = dispatched.filter((token) => token !== undefined);
  expect(tokens).toHaveLength(1);
  const starts = await Promise.all(
    Array.from({ length: 10 }, () => store.syncs.start(syncId, tokens[0] ?? 0, at(1), at(61))),
  );
  expect(starts.filter((sync) => sync !== undefined)).toHaveLength(1);
});

test("what was dispatched or started and then lost is due again when its lease ends", async () => {
  const { store } = await setup();
  const { sync } = await startedRun(store);
  expect(await store.syncs.due(at(59), 10)).toEqual([]);
  await store.syncs.saveCheckpoint(syncId, sync.fencingToken, checkpointOf(), at(90));
  expect(await store.syncs.due(at(89), 10)).toEqual([]);
  expect(await store.syncs.due(at(90), 10)).toHaveLength(1);
});

test("a run that lost its lease can neither save progress nor settle", async () => {
  const { store } = await setup();
  const { sync: stale } = await startedRun(store);
  const { sync: current } = await startedRun(store, at(60));
  expect(current.fencingToken).toBeGreaterThan(stale.fencingToken);
  const lost = { code: "ERR_LEASE_LOST" };
  await expect(
    store.syncs.saveCheckpoint(syncId, stale.fencingToken, checkpointOf(), at(90)),
  ).rejects.toMatchObject(lost);
  await expect(store.syncs.settle(syncId, stale.fencingToken, idle(900))).rejects.toMatchObject(lost);
  expect((await store.syncs.find(syncId))?.checkpoint).toBeNull();
});

test("settling gives the lease back, keeps the run and says when the next is due", async () => {
  const { store } = await setup();
  const { sync } = await startedRun(store);
  await store.syncs.settle(syncId, sync.fencingToken, { ...idle(900), lastRun: succeeded(5) });
  expect(await store.syncs.find(syncId)).toMatchObject({
    nextRunAt: at(900),
    lastSuccessAt: at(5),
    waiting: { for: "schedule" },
  });
  expect(await store.syncs.runsOf(syncId, 10)).toMatchObject([{ outcome: "succeeded", at: at(5) }]);
});

test("run now: at once when idle, after the present run when one is running, refused when paused", async () => {
  const { store } = await setup();
  const { sync } = await startedRun(store);
  expect(await store.syncs.runNow(syncId, at(2))).toBe(true);
  expect(await store.syncs.due(at(2), 10)).toEqual([]);
  await store.syncs.settle(syncId, sync.fencingToken, { ...idle(900), lastRun: succeeded(5) });
  expect(await store.syncs.due(at(5), 10)).toHaveLength(1);

  const { sync: next } = await startedRun(store, at(6));
  await store.syncs.settle(syncId, next.fencingToken, { ...idle(900), lastRun: succeeded(7) });
  expect(await store.syncs.due(at(7), 10)).toEqual([]);
  expect(await store.syncs.runNow(syncId, at(8))).toBe(true);
  expect(await store.syncs.due(at(8), 10)).toHaveLength(1);

  await store.syncs.pauseOne(syncId);
  expect(await store.syncs.runNow(syncId, at(9))).toBe(false);
  await store.syncs.resumeOne(syncId, at(10));
  expect(await store.syncs.due(at(10), 10)).toHaveLength(1);
});

test("pausing an account stops its syncs and takes the lease; resuming wakes them, but not one that is paused by itself", async () => {
  const { store } = await setup();
  const { sync } = await startedRun(store);
  await store.syncs.plan(installationId, ["assets", "sites"], at(0), false);
  await store.syncs.pauseOne(`${installationId}/sites` as typeof syncId);
  await store.pause(installationId);
  await expect(
    store.syncs.saveCheckpoint(syncId, sync.fencingToken, checkpointOf(), at(90)),
  ).rejects.toMatchObject({
    code: "ERR_LEASE_LOST",
  });
  expect(await store.syncs.due(at(1e6), 10)).toEqual([]);
  await store.resume(installationId, at(20));
  expect((await store.syncs.due(at(20), 10)).map(({ _id }) => _id)).toEqual([syncId]);
});

test("jobs that are lost while the queue is empty are due again", async () => {
  const { store } = await setup();
  await store.syncs.plan(installationId, ["assets"], at(0), false);
  const [due] = await store.syncs.due(at(0), 1);
  await store.syncs.dispatch(due as SyncDocument, at(0), at(600));
  expect(await store.syncs.recoverLost(at(0), at(10))).toBe(0);
  expect(await store.syncs.recoverLost(at(5), at(20))).toBe(1);
  expect(await store.syncs.due(at(20), 10)).toHaveLength(1);
});
