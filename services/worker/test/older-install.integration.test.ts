import { generationAfter } from "@fleetkeeper/model";
import type { SimulatedAccount } from "@fleetkeeper/simulator";
import { expect, test, vi } from "vitest";
import { testWorld } from "./create-world.ts";
import type { World } from "./world.ts";

/** The sync of assets when a run of it that began after `since` has ended well. */
async function ran(world: World, account: SimulatedAccount, since = new Date()) {
  return vi.waitFor(
    async () => {
      const all = await world.store.syncs.ofInstallation(world.installationIdOf(account));
      const sync = all.find((one) => one.sync === "assets");
      expect(sync?.lastRun).toMatchObject({ outcome: "succeeded" });
      expect(sync?.lastRun?.startedAt.getTime()).toBeGreaterThanOrEqual(since.getTime());
      return sync;
    },
    { timeout: 40_000, interval: 50 },
  );
}

test("a 403 with a token of an older install costs one new token and one more request", async () => {
  const world = await testWorld();
  const account = world.simulator.addAccount({ assets: 5 });
  await world.startWorker();
  await world.install(account);
  const first = await ran(world, account, new Date(0));
  await installElsewhere(world, account);
  const asked = () => world.simulator.requests.count({ operation: "graphql.assets" });
  const before = asked();
  world.simulator.faults.add({ kind: "forbidden", operation: "graphql.assets", times: 1 });
  const since = new Date();
  await world.store.syncs.runNow(first?._id as never, since);
  const sync = await ran(world, account, since);
  expect(sync?.lastRun).toMatchObject({ outcome: "succeeded", records: 5 });
  expect([account.tokenCalls, asked() - before]).toEqual([2, 2]);
});

/** A newer install that this worker has not heard of yet: it took over, and nothing is due before an hour. */
async function installElsewhere(world: World, account: SimulatedAccount): Promise<void> {
  const id = world.installationIdOf(account);
  const found = await world.store.installations.find(id);
  if (found === null || found.sealedCredential === null) throw new Error("the account is not installed");
  const { irisAppId, accountId, sealedCredential, clientIdFingerprint, requestedScopes, sealKeyId } = found;
  const receivedAt = new Date(Date.now() + 3_600_000);
  const generation = generationAfter(found.generation, receivedAt, "0".repeat(16));
  const install = { installationId: id, irisAppId, accountId, sealedCredential, clientIdFingerprint };
  await world.store.install({ ...install, generation, receivedAt }, { requestedScopes, sealKeyId }, [
    "assets",
  ]);
  const how = { requestedScopes, isSame: false, keptMs: 3_600_000, now: receivedAt };
  expect(await world.store.promote(id, generation, how)).toBe("promoted");
}
