// What a run costs in MongoDB commands: counted on the wire, so that nothing can add one unnoticed.

import { startMongoProxy } from "@fleetkeeper/local-stack";
import { testDatabase } from "@fleetkeeper/test-worlds";
import { expect, onTestFinished, test } from "vitest";
import { defaultAbsenceRules, openStore, type SyncDocument } from "../src/index.ts";
import { pageOf, pass, type Records, settlementOf } from "./runs.ts";
import { at, installation, syncId } from "./world.ts";

async function setup() {
  const { mongodbUrl } = await testDatabase();
  const proxy = await startMongoProxy(mongodbUrl);
  const store = await openStore({ mongodbUrl: proxy.url });
  onTestFinished(async () => {
    await store.close();
    await proxy.close();
  });
  return { store, proxy };
}

type World = Awaited<ReturnType<typeof setup>>;

/** One run from its start to its end. Its dispatch is one command for all syncs that are due together. */
async function costOf({ store, proxy }: World, now: Date, pages: readonly Records[]) {
  const sync = (await store.syncs.find(syncId)) as SyncDocument;
  const [job] = await store.syncs.dispatch([sync], now, now);
  proxy.takeCounts();
  const run = await store.syncs.start(syncId, job?.fencingToken ?? 0, { leaseMs: 60_000, now: () => now });
  if (run === undefined) throw new Error("the run did not start");
  await run.begin({ resource: "assets", seeksMissing: true }, () => null);
  for (const [index, page] of pages.entries())
    await run.writePage(pageOf(page, { more: index + 1 < pages.length }));
  for await (const _ of run.sweep(defaultAbsenceRules));
  await run.endPass();
  await run.settle(settlementOf(run, now));
  return proxy.takeCounts();
}

const records = (count: number): Records =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${index}`, { name: `record ${index}` }]));

test("a run like the one before it takes two commands, and four where it compares what is stored", async () => {
  const world = await setup();
  await pass(world.store, at(1), [records(50)]);
  expect(await costOf(world, at(2), [records(50)])).toEqual({
    "findAndModify syncs": 1,
    "find assets": 2,
    "update syncs": 1,
  });
  expect(await costOf(world, at(3), [records(50)])).toEqual({ "findAndModify syncs": 1, "update syncs": 1 });
});

test("a first run of one page takes seven commands: what changed, told first, and no search", async () => {
  const world = await setup();
  await world.store.syncs.plan(installation, ["assets"], { now: at(0) });
  expect(await costOf(world, at(1), [records(50)])).toEqual({
    "findAndModify syncs": 1,
    "find assets": 1,
    "update changes": 1,
    "insert assets": 1,
    "update runs": 1,
    "update syncs": 2,
  });
});

test("a first run looks once whether anything is stored of the account, not for each page", async () => {
  const world = await setup();
  await world.store.syncs.plan(installation, ["assets"], { now: at(0) });
  expect(await costOf(world, at(1), [{ a: 1 }, { b: 1 }, { c: 1 }])).toMatchObject({
    "find assets": 1,
    "insert assets": 3,
  });
});

test("each page of several costs three commands more when nothing changed, and none when it is not compared", async () => {
  const world = await setup();
  const split = (count: number) => {
    const all = Object.entries(records(600));
    return Array.from({ length: count }, (_, index) =>
      Object.fromEntries(all.slice((index * 600) / count, ((index + 1) * 600) / count)),
    );
  };
  await pass(world.store, at(1), split(2));
  const total = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);
  const ofTwo = total(await costOf(world, at(2), split(2)));
  const ofSix = total(await costOf(world, at(3), split(6)));
  expect(ofSix - ofTwo).toBe(4 * 3);
  expect(await costOf(world, at(4), split(6))).toEqual({ "findAndModify syncs": 1, "update syncs": 1 });
});

test("syncs that are due together are dispatched by one command", async () => {
  const { store, proxy } = await setup();
  const names = Array.from({ length: 30 }, (_, index) => `sync-${index}`);
  await store.syncs.plan(installation, names, { now: at(0) });
  const due = await store.syncs.due(at(1), 100);
  proxy.takeCounts();
  expect(await store.syncs.dispatch(due, at(1), at(600))).toHaveLength(30);
  expect(proxy.takeCounts()).toEqual({ "update syncs": 1 });
});

test("the syncs of a new account are planned by one insert", async () => {
  const { store, proxy } = await setup();
  const names = Array.from({ length: 7 }, (_, index) => `sync-${index}`);
  proxy.takeCounts();
  await store.syncs.plan(installation, names, { now: at(0) });
  expect(proxy.takeCounts()).toEqual({ "find syncs": 1, "insert syncs": 1 });
  expect(await store.syncs.ofInstallation(installation._id)).toHaveLength(7);
  // Some are there already.
  await store.syncs.plan(installation, [...names, "sync-7", "sync-8"], { now: at(1) });
  expect(await store.syncs.ofInstallation(installation._id)).toHaveLength(9);
});
