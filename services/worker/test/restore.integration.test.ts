// MongoDB is restored from a backup that is older than Redis and than the readers of the change feed, or
// whose collections are of different moments. Redis stays as it is.

import type { SimulatedAccount, TrueResource } from "@fleetkeeper/simulator";
import type { Document } from "mongodb";
import { expect, test, vi } from "vitest";
import { testWorld } from "./create-world.ts";
import { storedRecords, trueAssets } from "./truth.ts";
import type { World } from "./world.ts";

const patient = { timeout: 40_000, interval: 100 };
const resource: TrueResource = "assets";

type Backup = Map<string, Document[]>;

async function backupOf({ db }: World): Promise<Backup> {
  const backup: Backup = new Map();
  for (const { name } of await db.listCollections().toArray())
    backup.set(name, await db.collection(name).find().toArray());
  return backup;
}

/** `chosen`: of which backup each collection is. */
async function restore(
  { db }: World,
  backups: readonly Backup[],
  chosen: (name: string) => number,
): Promise<void> {
  for (const name of new Set(backups.flatMap((backup) => [...backup.keys()]))) {
    await db.collection(name).deleteMany({});
    const documents = backups[chosen(name)]?.get(name) ?? [];
    if (documents.length > 0) await db.collection(name).insertMany(documents);
  }
}

const syncOf = (world: World, account: SimulatedAccount) =>
  world.store.syncs.find(`${world.installationIdOf(account)}/assets` as never);

/** Two complete passes from now on: what is gone is deleted then. */
async function passTwice(world: World, account: SimulatedAccount): Promise<void> {
  for (let pass = 0; pass < 2; pass++) {
    const since = new Date();
    await vi.waitFor(async () => {
      const sync = await syncOf(world, account);
      // A run that ends now may have read before.
      const { outcome, startedAt } = sync?.lastRun ?? {};
      const isRead = outcome === "succeeded" && startedAt !== undefined && startedAt >= since;
      if (sync !== null && !isRead) await world.store.syncs.runNow(sync._id, new Date());
      expect(isRead).toBe(true);
    }, patient);
  }
}

/** A reader of the feed that keeps a copy and its own positions, as one outside of MongoDB does. */
function createReader(world: World) {
  const copy = new Map<string, unknown>();
  const positions = new Map<string, string>();
  const gaps: string[] = [];
  const cursors = world.db.collection<{ _id: string; position: string }>("feedCursors");
  return {
    copy,
    gaps,
    async read(account: SimulatedAccount): Promise<void> {
      const sync = await syncOf(world, account);
      if (sync === null) return;
      const _id = `${sync._id}/reader`;
      const known = positions.get(sync._id);
      await cursors.deleteOne({ _id });
      if (known !== undefined) await cursors.insertOne({ _id, position: known });
      for await (const entry of world.store.feed.unread("reader", sync)) {
        if ("gap" in entry) {
          gaps.push(sync._id);
          copy.clear();
          for (const [id, data] of await storedRecords(world, account, resource)) copy.set(id, data);
        } else
          for (const { externalId, kind, data } of entry.changes)
            if (kind === "deleted") copy.delete(externalId);
            else copy.set(externalId, JSON.parse(JSON.stringify(data)));
        positions.set(sync._id, entry.position);
      }
    },
  };
}

test("a restored MongoDB, older than Redis or inconsistent, becomes correct again, and so does every reader of the feed", {
  timeout: 240_000,
}, async () => {
  const world = await testWorld();
  const [stays, forgotten, late] = [60, 5, 5].map((assets) => world.simulator.addAccount({ assets }));
  if (stays === undefined || forgotten === undefined || late === undefined) throw new Error("no accounts");
  const reader = createReader(world);
  let stop = await world.startWorker();
  for (const account of [stays, forgotten]) await world.install(account);
  await passTwice(world, stays);
  // Nothing of one account waits for another's.
  await vi.waitFor(
    async () => expect((await syncOf(world, forgotten))?.lastSuccessAt).toBeInstanceOf(Date),
    patient,
  );
  await reader.read(stays);
  await stop();
  const older = await backupOf(world);

  stop = await world.startWorker();
  stays.change(8, { update: 4, create: 2, delete: 2 });
  await world.store.forget(world.installationIdOf(forgotten), new Date(), [resource]);
  await world.install(late);
  await passTwice(world, stays);
  await passTwice(world, late);
  await reader.read(stays);
  expect(reader.copy).toEqual(trueAssets(stays));
  await stop();
  const newer = await backupOf(world);

  const cases: [what: string, ofOlder: (name: string) => boolean][] = [
    ["older as a whole", () => true],
    ["the schedule older than the records", (name) => ["syncs", "installations"].includes(name)],
    ["records and feed older than the schedule", (name) => [resource, "changes"].includes(name)],
    ["the installations older than their syncs", (name) => ["installations", "accounts"].includes(name)],
  ];
  const results: Awaited<ReturnType<World["store"]["afterRestore"]>>[] = [];
  for (const [what, ofOlder] of cases) {
    await restore(world, [older, newer], (name) => (ofOlder(name) ? 0 : 1));
    const result = await world.store.afterRestore(new Date());
    results.push(result);
    stop = await world.startWorker();
    await passTwice(world, stays);
    expect(await storedRecords(world, stays, resource), what).toEqual(trueAssets(stays));
    await reader.read(stays);
    expect(reader.copy, what).toEqual(trueAssets(stays));
    stays.change(3, { update: 1, create: 1, delete: 1 });
    await passTwice(world, stays);
    await reader.read(stays);
    expect(reader.copy, what).toEqual(trueAssets(stays));
    await stop();
  }
  expect(reader.gaps).toHaveLength(cases.length);
  // Nobody knows of what came after a backup as a whole; a torn one tells who must install again, and who be
  // forgotten again.
  expect(results[0]).toMatchObject({ installations: 2, notInstalled: [], forgotten: [] });
  expect(results[3]).toMatchObject({
    installations: 2,
    notInstalled: [world.installationIdOf(late)],
    forgotten: [world.installationIdOf(forgotten)],
  });

  stop = await world.startWorker();
  await world.install(late);
  await passTwice(world, late);
  expect(await storedRecords(world, late, resource)).toEqual(trueAssets(late));
  await stop();
});
