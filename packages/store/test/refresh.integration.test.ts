import { noChanges, type RunOutcome, syncIdOf } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { pageOf, startedRun } from "./runs.ts";
import { at, installationId, setup, syncId, type TestStore } from "./world.ts";

const hourMs = 3_600_000;
const succeeded = (seconds: number, startedAt = at(seconds - 1)): RunOutcome => ({
  at: at(seconds),
  startedAt,
  outcome: "succeeded",
  records: 0,
  pages: 1,
  changes: noChanges,
});

/** A sync that waits for its next time, an hour after `at(0)`. */
async function scheduled(store: TestStore) {
  const { run } = await startedRun(store);
  await run.writePage(pageOf({}));
  await settle(run, succeeded(0));
}

async function settle(run: Awaited<ReturnType<typeof startedRun>>["run"], ended: RunOutcome) {
  const nextRunAt = new Date(ended.at.getTime() + hourMs);
  const waiting = { for: "schedule", until: nextRunAt } as const;
  await run.settle({ nextRunAt, waiting, failures: 0, keepsCheckpoint: false, ended });
}

test("a burst makes a sync due once, half a second after the first event, unless it is due sooner", async () => {
  const { store } = await setup();
  await scheduled(store);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => store.syncs.refresh(syncId, `d${i}`, at(100))),
  );
  expect(answers.filter((answer) => answer === "soon")).toHaveLength(1);
  expect(answers.filter((answer) => answer === "waiting")).toHaveLength(19);
  expect(await store.syncs.refresh(syncId, "later", at(100.4))).toBe("waiting");
  const sync = await store.syncs.find(syncId);
  expect(sync).toMatchObject({ nextRunAt: at(100.5), waiting: { for: "schedule", until: at(100.5) } });
  expect(sync?.refresh?.at).toEqual(at(100));
});

test("a sync rests after a run of a webhook, four times as long as that took, three seconds at least", async () => {
  const { store } = await setup();
  await scheduled(store);
  for (const [startS, endS, restedS] of [
    [100, 110, 150],
    [200, 200.1, 203.1],
  ] as const) {
    await store.syncs.refresh(syncId, "d", at(startS - 1));
    const { run } = await startedRun(store, at(startS));
    await run.writePage(pageOf({}));
    await settle(run, succeeded(endS, at(startS)));
    expect(await store.syncs.refresh(syncId, "d", at(endS + 1))).toBe("soon");
    expect((await store.syncs.find(syncId))?.nextRunAt).toEqual(at(restedS));
  }
});

test("a run of the interval is followed by one of a webhook without a rest", async () => {
  const { store } = await setup();
  const { run } = await startedRun(store, at(0));
  await run.writePage(pageOf({}));
  await settle(run, succeeded(10, at(0)));
  expect(await store.syncs.refresh(syncId, "d", at(11))).toBe("soon");
  expect((await store.syncs.find(syncId))?.nextRunAt).toEqual(at(11.5));
});

test("an event during a run is read by one more run, which begins after a rest if webhooks asked for both", async () => {
  const { store } = await setup();
  const { run } = await startedRun(store, at(0));
  await run.writePage(pageOf({}));
  for (const delivery of ["first", "second"])
    expect(await store.syncs.refresh(syncId, delivery, at(1))).toBe("again");
  await settle(run, succeeded(2, at(1)));
  const again = { runAgain: false, refresh: { delivery: "first" } };
  expect(await store.syncs.find(syncId)).toMatchObject({ ...again, nextRunAt: at(2) });
  const { run: second } = await startedRun(store, at(3));
  await second.writePage(pageOf({}));
  await store.syncs.refresh(syncId, "third", at(4));
  await settle(second, succeeded(5, at(3)));
  expect((await store.syncs.find(syncId))?.nextRunAt).toEqual(at(13));
});

test("an operator's run comes before one of a webhook, and is due at once", async () => {
  const { store } = await setup();
  const { run } = await startedRun(store, at(0));
  await run.writePage(pageOf({}));
  await store.syncs.refresh(syncId, "d", at(1));
  await store.syncs.runNow(syncId, at(1));
  await settle(run, succeeded(2));
  expect(await store.syncs.find(syncId)).toMatchObject({ nextRunAt: at(2), runAgain: false });
});

test("an event does not shorten the wait after a failure", async () => {
  const { store } = await setup();
  const { run } = await startedRun(store, at(0));
  await store.syncs.refresh(syncId, "d", at(1));
  const waiting = { for: "backoff", until: at(900), code: "E", attempt: 1, message: "m" } as const;
  const ended = { ...succeeded(2), outcome: "failed" } as const;
  await run.settle({ nextRunAt: at(900), waiting, failures: 1, keepsCheckpoint: false, ended });
  expect(await store.syncs.find(syncId)).toMatchObject({ nextRunAt: at(900), waiting, runAgain: false });
});

test("a sync that waits for a limit, a failure or an operator keeps waiting, and says so", async () => {
  const { store } = await setup();
  await scheduled(store);
  const { run } = await startedRun(store, at(4_000));
  const waiting = { for: "rate-limit", until: at(5_000), family: "event-log" } as const;
  await run.settle({ nextRunAt: at(5_000), waiting, failures: 0, keepsCheckpoint: false });
  expect(await store.syncs.refresh(syncId, "d", at(4_001))).toBe("later");
  expect(await store.syncs.find(syncId)).toMatchObject({ nextRunAt: at(5_000), waiting });
  await store.syncs.pauseOne(syncId);
  expect(await store.syncs.refresh(syncId, "d", at(4_002))).toBe("stopped");
  expect(await store.syncs.refresh(syncIdOf(installationId, "none"), "d", at(0))).toBe("absent");
});

test("a run that continues at a checkpoint may have passed the changed record, so another run follows it", async () => {
  const { store } = await setup();
  const { run } = await startedRun(store, at(0));
  await run.writePage(pageOf({ a: 1 }, { more: true }));
  await run.settle({
    nextRunAt: at(1),
    waiting: { for: "next-slice", pages: 1, records: 1 },
    failures: 0,
    keepsCheckpoint: true,
  });
  expect(await store.syncs.refresh(syncId, "d", at(2))).toBe("again");
  const [job] = await store.syncs.dispatch([(await store.syncs.find(syncId)) as never], at(3), at(600));
  expect(await store.syncs.refresh(syncId, "d2", at(3))).toBe("again");
  expect(job?.syncId).toBe(syncId);
});

test("a run names the delivery that started it, if it began after that delivery", async () => {
  const { store } = await setup();
  await scheduled(store);
  await store.syncs.refresh(syncId, "d1", at(100));
  const { run } = await startedRun(store, at(101));
  await run.writePage(pageOf({ a: 1 }));
  await store.syncs.refresh(syncId, "d2", at(102));
  await settle(run, succeeded(103, at(101)));
  expect(await store.syncs.find(syncId)).toMatchObject({
    lastRun: { setOffBy: "d1" },
    refresh: { delivery: "d2" },
  });
});
