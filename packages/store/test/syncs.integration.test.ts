import { expect, test } from "vitest";
import { bounds } from "../src/index.ts";
import { pageOf, pass, settlementOf, startedRun } from "./runs.ts";
import { at, installation, installationId, installOf, putInForce, setup, syncId } from "./world.ts";

/** As after a run whose next one is due at `seconds`. */
const untilThen = (run: Parameters<typeof settlementOf>[0], endedAt: number, seconds: number) => ({
  ...settlementOf(run, at(endedAt)),
  nextRunAt: at(seconds),
  waiting: { for: "schedule", until: at(seconds) } as const,
});

test("a due sync goes to one of many dispatchers, and its job starts once even if it is delivered several times", async () => {
  const { store } = await setup();
  await store.syncs.plan(installation, ["assets", "sites"], { now: at(0) });
  const due = await store.syncs.due(at(0), 10);
  const dispatched = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      store.syncs.dispatch(index % 2 === 0 ? due : due.toReversed(), at(0), at(600)),
    ),
  );
  const jobs = dispatched.flat();
  expect(jobs.map(({ syncId: id }) => id).sort()).toEqual([syncId, `${installationId}/sites`]);
  const token = jobs.find(({ syncId: id }) => id === syncId)?.fencingToken ?? 0;
  const starts = await Promise.all(
    Array.from({ length: 10 }, () => store.syncs.start(syncId, token, { leaseMs: 60_000, now: () => at(1) })),
  );
  expect(starts.filter((sync) => sync !== undefined)).toHaveLength(1);
});

test("what was dispatched or started and then lost is due again when its lease ends", async () => {
  const { store } = await setup();
  const { run, clock } = await startedRun(store);
  expect(await store.syncs.due(at(59), 10)).toEqual([]);
  clock.now = at(30);
  await run.writePage(pageOf({ a: 1 }, { more: true }));
  expect(await store.syncs.due(at(89), 10)).toEqual([]);
  expect(await store.syncs.due(at(90), 10)).toHaveLength(1);
});

test("settling returns the lease, keeps a run that changed records and sets when the next is due", async () => {
  const { store } = await setup();
  const { run } = await startedRun(store);
  await run.writePage(pageOf({ a: 1 }));
  await run.settle(untilThen(run, 5, 900));
  expect(await store.syncs.find(syncId)).toMatchObject({
    nextRunAt: at(900),
    lastSuccessAt: at(5),
    waiting: { for: "schedule" },
  });
  expect(await store.syncs.runsOf(syncId, 10)).toMatchObject([{ outcome: "succeeded", at: at(5) }]);
});

test("runs that change nothing are counted, and the next run with changes has their number", async () => {
  const { store } = await setup();
  await pass(store, at(1), [{ a: 1 }]);
  for (const second of [2, 3, 4]) await pass(store, at(second), [{ a: 1 }]);
  expect(await store.syncs.find(syncId)).toMatchObject({ quiet: { runs: 3, since: at(2) } });
  await pass(store, at(5), [{ a: 2 }]);
  expect(await store.syncs.find(syncId)).toMatchObject({ quiet: null, lastRun: { at: at(5) } });
  expect(await store.syncs.runsOf(syncId, 10)).toMatchObject([
    { at: at(5), quietBefore: { runs: 3, since: at(2) } },
    { at: at(1) },
  ]);
});

test("the data that runs leave is bounded by count, even if none ever succeeds", async () => {
  const { store, db } = await setup();
  for (let second = 1; second <= 130; second++) {
    const { run } = await startedRun(store, at(second));
    await run.writePage(pageOf({ a: second, b: 1 }, { more: true }));
    const { changes, startedAt } = run.checkpoint;
    await run.settle({
      nextRunAt: at(second),
      waiting: { for: "schedule", until: at(second) },
      failures: second,
      keepsCheckpoint: false,
      ended: { at: at(second), startedAt, outcome: "failed", code: "X", records: 1, pages: 1, changes },
    });
  }
  expect(await db.collection("runs").countDocuments()).toBeLessThanOrEqual(bounds.runs.count);
  expect(await db.collection("passPages").countDocuments()).toBe(1);
});

test("run now: at once when idle, after the present run when one is running, refused when paused", async () => {
  const { store } = await setup();
  const { run } = await startedRun(store);
  expect(await store.syncs.runNow(syncId, at(2))).toBe(true);
  expect(await store.syncs.due(at(2), 10)).toEqual([]);
  await run.settle(untilThen(run, 5, 900));
  expect(await store.syncs.due(at(5), 10)).toHaveLength(1);

  const { run: next } = await startedRun(store, at(6));
  await next.settle(untilThen(next, 7, 900));
  expect(await store.syncs.due(at(7), 10)).toEqual([]);
  expect(await store.syncs.runNow(syncId, at(8))).toBe(true);
  expect(await store.syncs.due(at(8), 10)).toHaveLength(1);

  await store.syncs.pauseOne(syncId);
  expect(await store.syncs.runNow(syncId, at(9))).toBe(false);
  await store.syncs.resumeOne(syncId, at(10));
  expect(await store.syncs.due(at(10), 10)).toHaveLength(1);
});

test("pausing an account stops its syncs and takes the lease; resuming wakes them, but not one that is paused on its own", async () => {
  const { store } = await setup();
  await putInForce(store, installOf("1"));
  const { run } = await startedRun(store);
  await store.syncs.plan(installation, ["assets", "sites"], { now: at(0) });
  await store.syncs.pauseOne(`${installationId}/sites` as typeof syncId);
  await store.pause(installationId);
  await expect(run.extendLease()).rejects.toMatchObject({ code: "ERR_LEASE_LOST" });
  expect(await store.syncs.due(at(1e6), 10)).toEqual([]);
  await store.resume(installationId, at(20));
  expect((await store.syncs.due(at(20), 10)).map(({ _id }) => _id)).toEqual([syncId]);
});

test("jobs that are lost while the queue is empty are due again", async () => {
  const { store } = await setup();
  await store.syncs.plan(installation, ["assets"], { now: at(0) });
  await store.syncs.dispatch(await store.syncs.due(at(0), 1), at(0), at(600));
  expect(await store.syncs.recoverLost(at(0), at(10))).toBe(0);
  expect(await store.syncs.recoverLost(at(5), at(20))).toBe(1);
  expect(await store.syncs.due(at(20), 10)).toHaveLength(1);
});

test("a sync dispatched by a clock an hour ahead does not wait for an hour if its job is lost", async () => {
  const { store } = await setup();
  await store.syncs.plan(installation, ["assets"], { now: at(0) });
  await store.syncs.dispatch(await store.syncs.due(at(0), 1), at(3_600), at(4_200));
  expect(await store.syncs.due(at(20), 10)).toEqual([]);
  expect(await store.syncs.recoverLost(at(5), at(20))).toBe(1);
  expect(await store.syncs.due(at(20), 10)).toHaveLength(1);
});

test("a pause is not lost if it arrives at the end of a run that another run is to follow", async () => {
  const { store } = await setup();
  for (const pauseFirst of [true, false]) {
    const { run } = await startedRun(store);
    await store.syncs.runNow(syncId, at(2));
    const end = () => run.settle(untilThen(run, 5, 900)).catch(() => undefined);
    if (pauseFirst) await store.syncs.pauseOne(syncId);
    await Promise.all([end(), store.syncs.pauseOne(syncId)]);
    expect(await store.syncs.find(syncId)).toMatchObject({ nextRunAt: null, waiting: { for: "operator" } });
    await store.syncs.resumeOne(syncId, at(6));
  }
});

test("an operator's request for another run is kept, at any moment of the end of a run", async () => {
  const { store } = await setup();
  for (let round = 0; round < 20; round++) {
    const { run } = await startedRun(store, at(round * 10));
    await Promise.all([
      run.settle(untilThen(run, round * 10 + 1, 90_000)),
      store.syncs.runNow(syncId, at(round * 10 + 1)),
    ]);
    const sync = await store.syncs.find(syncId);
    expect(sync?.nextRunAt).toEqual(at(round * 10 + 1));
    expect(sync?.waiting).toEqual({ for: "schedule", until: at(round * 10 + 1) });
  }
});

test("each sync gets a new install's generation, and an older refusal does not change it", async () => {
  const { store } = await setup();
  await store.syncs.plan(installation, ["assets"], { now: at(0) });
  await store.syncs.plan({ ...installation, generation: "3" as never }, ["assets", "sites"], { now: at(1) });
  expect((await store.syncs.find(syncId))?.generation).toBe("3");
  const refused = { at: at(1), outcome: "refused", code: "ERR_TOKEN_INVALID_CLIENT" } as const;
  await putInForce(store, installOf("2"));
  await store.revoke(installationId, "2" as never, refused, at(9));
  expect((await store.syncs.find(syncId))?.waiting.for).toBe("schedule");
  await putInForce(store, installOf("3"));
  await store.revoke(installationId, "3" as never, refused, at(9));
  expect((await store.syncs.find(syncId))?.waiting.for).toBe("credential");
});
