// An account that is forgotten, and installed again, while a run of it is under way: what the run writes
// arrives afterwards.

import { startMongoProxy } from "@fleetkeeper/local-stack";
import { expect, onTestFinished, test } from "vitest";
import { openStore, type SetAsideItem } from "../src/index.ts";
import { installAccount } from "./acts.ts";
import { followed, liveRecords, pageOf, pass, settlementOf, startedRun } from "./runs.ts";
import { at, installationId, installOf, setup, syncId } from "./world.ts";

const resources = ["assets"];
const how = (seconds: number) => ({ names: ["assets"], resources, now: at(seconds) });
const lost = { code: "ERR_LEASE_LOST" };
const setAside: SetAsideItem[] = [{ externalId: "odd", item: {}, reasons: ["no name"] }];
const ofTheAccount = ["syncs", "runs", "changes", "passPages", "setAside", "feedCursors", "assets"];

/**
 * An account with three records, and a run of it, in the middle of a pass, whose next write of this kind
 * waits.
 */
async function world(waitingWrite: string) {
  const { store, db, mongodbUrl } = await setup();
  const proxy = await startMongoProxy(mongodbUrl);
  const proxied = await openStore({ mongodbUrl: proxy.url, indexes: "leave" });
  onTestFinished(async () => {
    await proxied.close();
    await proxy.close();
  });
  await installAccount(store, installOf("1"), how(0));
  await pass(store, at(1), [{ a: 1, b: 1 }, { c: 1 }]);
  const { run } = await startedRun(proxied, at(2));
  await run.writePage(pageOf({ a: 2 }, { more: true }));
  const { promise: holdUntil, resolve: letGo } = Promise.withResolvers<void>();
  const [command = "", collection] = waitingWrite.split(" ");
  const { met } = proxy.add({
    command,
    when: "before",
    fault: { holdUntil },
    ...(collection && { collection }),
  });
  const page = pageOf({ a: 3, b: 3, gone: 3 }, { more: true, setAside });
  const ended = run.writePage(page).then(
    () => expect.fail("the run did not learn that it is over"),
    (error: unknown) => error,
  );
  await met;

  return {
    store,
    db,
    run,
    async goOn(): Promise<void> {
      letGo();
      expect(await ended).toMatchObject(lost);
    },

    /** What is stored of the account: collection and id. */
    async left(): Promise<string[]> {
      const found = ofTheAccount.map(async (name) => {
        const documents = await db.collection<{ _id: string }>(name).find().toArray();
        return documents.map(({ _id }) => `${name} ${_id}`);
      });
      return (await Promise.all(found)).flat();
    },
  };
}

test.each(["update changes", "update assets"])(
  "what a run writes from a waiting `%s` on, after its account was forgotten, is deleted the second time",
  async (write) => {
    const { store, goOn, left } = await world(write);
    expect(await store.forget(installationId, at(3), resources)).toMatchObject({ outcome: "forgotten" });
    expect(await left()).toEqual([]);
    await goOn();
    expect(await left()).not.toEqual([]);
    expect(await store.forget(installationId, at(3), resources)).toMatchObject({ outcome: "forgotten" });
    expect(await left()).toEqual([]);
  },
);

test("a run from before the account was forgotten has nothing of the new sync, not even before its first run", async () => {
  const { store, run, goOn } = await world("update syncs");
  await store.forget(installationId, at(3), resources);
  await installAccount(store, { ...installOf("2"), receivedAt: at(4) }, how(4));
  const planned = await store.syncs.ofInstallation(installationId);
  await goOn();
  await expect(run.extendLease()).rejects.toMatchObject(lost);
  const nextRunAt = at(9);
  const waiting = { for: "schedule", until: nextRunAt } as const;
  const settled = run.settle({ nextRunAt, waiting, failures: 0, keepsCheckpoint: true });
  await expect(settled).rejects.toMatchObject(lost);
  expect(await store.syncs.ofInstallation(installationId)).toEqual(planned);
});

test("what such a run still writes before the account is installed again is deleted before the first new run", async () => {
  const { store, db, goOn, left } = await world("insert assets");
  await store.forget(installationId, at(3), resources);
  await goOn();
  await installAccount(store, { ...installOf("2"), receivedAt: at(4) }, how(4));
  expect(await liveRecords(db)).toEqual({ a: 3, b: 3, gone: 3 });
  await startedRun(store, at(5));
  expect(await left()).toEqual([`syncs ${syncId}`]);
});

test("what it writes while the first new run reads is told to the new feed, or deleted", async () => {
  const { store, db, goOn } = await world("insert assets");
  await store.forget(installationId, at(3), resources);
  await installAccount(store, { ...installOf("2"), receivedAt: at(4) }, how(4));
  const { run } = await startedRun(store, at(5));
  await goOn();
  await run.writePage(pageOf({ a: 3, b: 4 }));
  await run.endPass();
  await run.settle(settlementOf(run, at(6)));
  expect(await liveRecords(db)).toEqual({ a: 3, b: 4, gone: 3 });
  for (let second = 7; second < 9; second++) await pass(store, at(second), [{ a: 3, b: 4 }]);
  expect(await liveRecords(db)).toEqual({ a: 3, b: 4 });
  expect(await followed(store)).toEqual({ a: 3, b: 4 });
});
