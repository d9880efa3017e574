import { findKeys } from "@fleetkeeper/redis";
import { createSeal } from "@fleetkeeper/sealing";
import type { SimulatedAccount } from "@fleetkeeper/simulator";
import { expect, test, vi } from "vitest";
import { testWorld } from "./create-world.ts";
import { storedAssets, trueAssets } from "./truth.ts";
import type { World } from "./world.ts";

let world: World;

const patient = { timeout: 40_000, interval: 50 };

/** Waits until a run that began after `since` has succeeded. */
async function synced(account: SimulatedAccount, since: Date): Promise<void> {
  await vi.waitFor(async () => {
    const syncs = await world.store.syncs.ofInstallation(world.installationIdOf(account));
    const lastRun = syncs.find(({ sync }) => sync === "assets")?.lastRun;
    expect(lastRun?.outcome).toBe("succeeded");
    expect(lastRun?.startedAt.getTime()).toBeGreaterThanOrEqual(since.getTime());
  }, patient);
}

/** A token of this account, as its own app would get it. */
async function tokenOf({ clientId, clientSecret }: SimulatedAccount): Promise<string> {
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
    scope: "asset.view",
  });
  const answer = await fetch(world.simulator.tokenUrl, { method: "POST", body });
  return ((await answer.json()) as { access_token: string }).access_token;
}

test("a forged token or failure in Redis changes nothing, even if it is sealed with the public key", async () => {
  world = await testWorld();
  const victim = world.simulator.addAccount({ assets: 12 });
  const attacker = world.simulator.addAccount({ assets: 40 });
  const stop = await world.startWorker();
  await world.install(victim);
  await synced(victim, new Date(0));
  await stop();

  const installationId = world.installationIdOf(victim);
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const generation = "9".repeat(60);
  const [tokenKey = ""] = (await findKeys(world.redis, `*${world.namespace}*:token:*`)).filter(
    (key) => !/:(lock|failure)$/.test(key),
  );
  const token = {
    accessToken: await tokenOf(attacker),
    scopes: ["asset.view"],
    issuedAt: new Date().toISOString(),
    expiresAt: later,
    generation,
  };
  const seal = await createSeal(JSON.parse(world.env.SEALING_PUBLIC_KEY ?? ""));
  const poison = await seal(JSON.stringify(token), { installationId, purpose: "access-token" });
  await world.redis.set(tokenKey, poison, "PX", 3_600_000);
  const failure = { code: "ERR_FORGED", message: "come back later", generation, until: later };
  await world.redis.set(`${tokenKey}:failure`, JSON.stringify(failure), "PX", 3_600_000);

  await world.startWorker();
  const since = new Date();
  for (const { _id } of await world.store.syncs.ofInstallation(installationId))
    await world.store.syncs.runNow(_id, since);
  await synced(victim, since);
  expect(await storedAssets(world, victim)).toEqual(trueAssets(victim));
});
