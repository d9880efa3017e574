import { findKeys } from "@fleetkeeper/redis";
import { type SimulatedAccount, trueResources, truthOf } from "@fleetkeeper/simulator";
import { expect, test, vi } from "vitest";
import { testWorld } from "./create-world.ts";
import { storedRecords } from "./truth.ts";

/** `ACCOUNTS=50` is the full bar: 30 000 records in all. */
const accountCount = Number(process.env.ACCOUNTS ?? 6);
const fleet = { assets: 170, sites: 20, customers: 20, events: 40, alertConfigurations: 10 };
const patient = { timeout: 1_200_000, interval: 500 };

test(`after each pass MongoDB holds what Trackunit holds, for seven resources of ${accountCount} accounts, and an unchanged pass writes nothing`, {
  timeout: 3_600_000,
}, async () => {
  const world = await testWorld();
  const accounts = Array.from({ length: accountCount }, () => world.simulator.addAccount(fleet));
  await world.startWorker();
  await Promise.all(accounts.map((account) => world.install(account)));
  await passed(accounts, new Date(0));
  await expectTruth(accounts);

  const writtenBefore = await lastWrite();
  await forgetLimits();
  await passed(accounts, await runAll(accounts));
  expect(await lastWrite()).toEqual(writtenBefore);

  for (const account of accounts) account.change(30, { create: 1, update: 1, delete: 1 });
  for (const account of accounts) account.change(4, { create: 1, update: 1, delete: 1 }, "sites");
  for (const account of accounts) account.change(4, { create: 1, update: 1, delete: 1 }, "customers");
  // What the first pass misses is only noted; the second one deletes it.
  for (let pass = 0; pass < 2; pass++) {
    await forgetLimits();
    await passed(accounts, await runAll(accounts));
  }
  await expectTruth(accounts);

  /** Starts every sync again; the moment from which their runs count. */
  async function runAll(which: SimulatedAccount[]): Promise<Date> {
    const since = new Date();
    for (const account of which)
      for (const { _id } of await world.store.syncs.ofInstallation(world.installationIdOf(account)))
        await world.store.syncs.runNow(_id, since);
    return since;
  }

  async function passed(which: SimulatedAccount[], since: Date): Promise<void> {
    await vi.waitFor(async () => {
      for (const account of which) {
        const syncs = await world.store.syncs.ofInstallation(world.installationIdOf(account));
        expect(syncs).toHaveLength(trueResources.length);
        const late = syncs.filter(
          ({ lastRun }) => lastRun?.outcome !== "succeeded" || lastRun.startedAt < since,
        );
        expect(late.map(({ _id, waiting }) => ({ _id, waiting }))).toEqual([]);
      }
    }, patient);
  }

  async function expectTruth(which: SimulatedAccount[]): Promise<void> {
    // The event log is read 30 days back: what is older than that by now may or may not have been.
    const oldest = new Date(Date.now() - 30 * 86_400_000).toISOString();
    const recent = (records: Map<string, unknown>) =>
      new Map(
        [...records].filter(([, record]) => ((record as { eventTime?: string }).eventTime ?? "9") >= oldest),
      );
    for (const account of which)
      for (const resource of trueResources) {
        const stored = recent(await storedRecords(world, account, resource));
        expect({ resource, records: stored }).toEqual({
          resource,
          records: recent(truthOf(account, resource)),
        });
      }
  }

  /** The runs follow each other faster than Trackunit's limits let them: what was counted is forgotten. */
  async function forgetLimits(): Promise<void> {
    const keys = await findKeys(world.redis, `*${world.namespace}*:limit:*`);
    await Promise.all(keys.map((key) => world.redis.del(key)));
  }

  async function lastWrite(): Promise<Record<string, Date>> {
    const latest: Record<string, Date> = {};
    for (const resource of trueResources) {
      const [record] = await world.db.collection(resource).find().sort({ updatedAt: -1 }).limit(1).toArray();
      latest[resource] = record?.updatedAt;
    }
    return latest;
  }
});
