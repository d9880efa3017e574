// What others do to a sync while a run of it is under way outlasts the run's end.

import { startMongoProxy } from "@fleetkeeper/local-stack";
import type { Generation } from "@fleetkeeper/model";
import { expect, inject, onTestFinished, test } from "vitest";
import { defaultAbsenceRules, openStore, type Run } from "../src/index.ts";
import { liveRecords, pageOf, pass, settlementOf, startedRun } from "./runs.ts";
import { at, installation, setup, syncId } from "./world.ts";

const numbered = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${String(index).padStart(3, "0")}`, 1]));

/** Ended, and due again in an hour. */
const inAnHour = (run: Run, seconds: number) => ({
  ...settlementOf(run, at(seconds)),
  nextRunAt: at(seconds + 3_600),
  waiting: { for: "schedule", until: at(seconds + 3_600) } as const,
});

/** Trackunit refused to answer, and is asked again in an hour. */
const forbidden = (run: Run, seconds: number) => {
  const until = at(seconds + 3_600);
  const { ended, ...rest } = settlementOf(run, at(seconds));
  return {
    ...rest,
    nextRunAt: until,
    waiting: { for: "scope", until, code: "ERR_API_FORBIDDEN", message: "" } as const,
    ...(ended && { ended: { ...ended, outcome: "failed" as const } }),
  };
};

test("a confirmation during a pass counts for the pass after it", async () => {
  const { store, db } = await setup();
  await pass(store, at(1), [numbered(100)]);
  await pass(store, at(2), [numbered(60)]);
  const heldBack = (await store.syncs.find(syncId))?.heldBack ?? expect.fail();
  const { run } = await startedRun(store, at(3));
  await run.writePage(pageOf(numbered(60)));
  expect(await store.syncs.confirmMissing(syncId, heldBack, at(4))).toBe(true);
  for await (const _ of run.sweep(defaultAbsenceRules));
  await run.endPass();
  await run.settle(inAnHour(run, 5));
  expect((await store.syncs.find(syncId))?.heldBack).toMatchObject({ passes: 2, confirmedAfter: 1 });
  expect(await store.syncs.due(at(5), 1)).toHaveLength(1);
  expect(await pass(store, at(6), [numbered(60)])).toMatchObject({ deleted: 40 });
  expect(Object.keys(await liveRecords(db))).toHaveLength(60);
});

test("a confirmation of what is no longer held back confirms nothing that is held back since", async () => {
  const { store, db } = await setup();
  await pass(store, at(1), [numbered(100)]);
  await pass(store, at(2), [numbered(60)]);
  const seen = (await store.syncs.find(syncId))?.heldBack ?? expect.fail();
  await pass(store, at(3), [numbered(100)]);
  await pass(store, at(4), [numbered(10)]);
  expect(await store.syncs.confirmMissing(syncId, seen, at(5))).toBe(false);
  await pass(store, at(6), [numbered(10)]);
  expect(Object.keys(await liveRecords(db))).toHaveLength(100);
});

test("a sync whose account was installed again while it ran is due at once, even if the old credential failed", async () => {
  const { store } = await setup();
  for (const [round, settlement] of [inAnHour, forbidden].entries()) {
    const generation = String(round + 2) as Generation;
    const { run } = await startedRun(store, at(round * 10));
    await run.writePage(pageOf({ a: 1 }));
    await store.syncs.plan({ ...installation, generation }, ["assets"], { now: at(round * 10 + 1) });
    await run.settle(settlement(run, round * 10 + 2));
    const nextRunAt = at(round * 10 + 2);
    expect(await store.syncs.find(syncId)).toMatchObject({
      generation,
      nextRunAt,
      waiting: { for: "schedule" },
    });
  }
});

test("another interval that comes while a sync runs counts from its next run, which is due at once", async () => {
  const { store } = await setup();
  const { run } = await startedRun(store);
  await run.writePage(pageOf({ a: 1 }));
  await store.syncs.setInterval(syncId, 60_000, at(1));
  await run.settle(inAnHour(run, 2));
  expect(await store.syncs.find(syncId)).toMatchObject({ nextRunAt: at(2), waiting: { for: "schedule" } });
});

test("a run that ends at any moment of a plan after a new install leaves its sync due", async () => {
  const { store, mongodbUrl } = await setup();
  const proxy = await startMongoProxy(inject("mongodbUrl"));
  const url = Object.assign(new URL(proxy.url), { pathname: new URL(mongodbUrl).pathname });
  const planner = await openStore({ mongodbUrl: url.href });
  onTestFinished(async () => {
    await planner.close();
    await proxy.close();
  });
  for (let after = 0, reached = true; reached; after++) {
    const generation = String(after + 2) as Generation;
    const { run } = await startedRun(store, at(after * 10));
    const { promise: holdUntil, resolve: letGo } = Promise.withResolvers<void>();
    const { met } = proxy.add({ command: "update", after, when: "before", fault: { holdUntil } });
    const planning = planner.syncs.plan({ ...installation, generation }, ["assets"], {
      now: at(after * 10 + 1),
    });
    reached = await Promise.race([met.then(() => true), planning.then(() => false)]);
    await run.settle(forbidden(run, after * 10 + 2));
    letGo();
    await planning;
    proxy.clear();
    const sync = await store.syncs.find(syncId);
    expect({ after, sync }).toMatchObject({ after, sync: { generation, waiting: { for: "schedule" } } });
  }
});
