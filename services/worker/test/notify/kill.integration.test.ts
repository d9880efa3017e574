// Worker, API and receiver are killed at random while accounts are installed and their syncs run.

import { setTimeout as sleep } from "node:timers/promises";
import { createApiKeyActions, createReceiverActions } from "@fleetkeeper/operator";
import { createSealFor } from "@fleetkeeper/sealing";
import type { RunDocument } from "@fleetkeeper/store";
import { type SpawnedService, spawnService } from "@fleetkeeper/test-worlds";
import { expect, onTestFinished, test, vi } from "vitest";
import { createWorld } from "../create-world.ts";
import { startReceiver } from "./receiver.ts";

/** `CHANGES=1000` is the full bar, and takes some minutes. */
const changes = Number(process.env.CHANGES ?? 12);
const patient = { timeout: 600_000, interval: 200 };

test(`of ${changes} changes, with workers, API and receiver killed at random, each is told, in order per account, and none is lost`, {
  timeout: 3_600_000,
}, async () => {
  const world = await createWorld({ env: { NOTIFY_ADDRESSES: "any", SYNC_LEASE_MS: "3000" } });
  const receiver = await startReceiver(async () => {
    await sleep(Math.random() * 20);
    return { status: Math.random() < 0.02 ? 500 : 204 };
  });
  const { env, store, db, simulator } = world;
  const now = () => new Date();
  const sealSecret = await createSealFor(JSON.parse(env.SEALING_PUBLIC_KEY ?? ""), "notify-secret");
  const actions = createReceiverActions({ store, sealSecret, checkUrl: () => undefined, now });
  const events = ["account.installed", "sync.succeeded"] as const;
  const { secret, receiver: row } = await actions.add("olive", { url: receiver.url, events });
  receiver.secrets.push(secret);
  const rights = ["syncs:write"] as const;
  const { key } = await createApiKeyActions({ store, now }).create("olive", {
    name: "k",
    rights,
    irisAppId: null,
  });

  const workers = [spawnService("worker", env), spawnService("worker", env)];
  const apiPort = 20_000 + Math.floor(Math.random() * 10_000);
  let api = spawnApi();
  onTestFinished(async () => {
    await Promise.all([...workers, api].map((one) => one.kill("SIGKILL")));
    await receiver.close();
    await world.close();
  });

  const accounts = Array.from({ length: Math.ceil(changes / 16) }, () => simulator.addAccount({ assets: 3 }));
  for (const account of accounts) await world.install(account);
  /** By name, each only where it ran until then. */
  const killed = { worker: 0, receiver: 0, api: 0 };
  const kills = [killWorker, killReceiver, killApi];
  let rounds = 0;
  let askedFor = 0;
  const told = () => new Map(receiver.taken.map((event) => [event.id, event]));
  const endsAtMs = performance.now() + 1_800_000;
  while (told().size < changes && performance.now() < endsAtMs) {
    await sleep(500 + Math.random() * 2_000);
    const toldBefore = told().size;
    // Each once, and then at random.
    await kills[rounds < kills.length ? rounds : Math.floor(Math.random() * kills.length)]?.();
    if (++rounds % 10 === 0) await installAgain();
    // On a slow machine nothing would come up again between two kills.
    for (let asks = 0; asks < 20 && (asks === 0 || told().size === toldBefore); asks++) {
      await Promise.all(accounts.map((account) => askForRuns(account.accountId)));
      if (told().size === toldBefore) await sleep(500);
    }
  }
  // What failed waits for five minutes the second time: a wish of an operator ends that.
  await vi.waitFor(async () => {
    await store.events.lanes.wakeAll(row._id, now());
    await sleep(1_000);
    for (const name of ["installations", "syncs"])
      expect(await db.collection(name).countDocuments({ outboxAt: { $gt: new Date(0) } })).toBe(0);
    expect((await db.collection("eventLog").distinct("id")).filter((id) => !told().has(id))).toEqual([]);
    const running = { "waiting.for": { $in: ["worker", "running", "next-slice"] } };
    expect(await db.collection("syncs").countDocuments(running)).toBe(0);
  }, patient);

  let cutShort = 0;
  expect(receiver.unverified).toBe(0);
  if (rounds >= kills.length) for (const count of Object.values(killed)) expect(count).toBeGreaterThan(0);
  for (const account of accounts) {
    const mine = [...told().values()].filter(({ data }) => data.accountId === account.accountId);
    // First deliveries, in the order in which they came: none before another one, and none missing.
    expect(mine.map(({ data }) => data.sequence)).toEqual(mine.map((_, index) => index + 1));
    expect(mine[0]?.type).toBe("account.installed");
    for (const sync of await store.syncs.ofInstallation(world.installationIdOf(account))) {
      const kept = (await store.syncs.runsOf(sync._id, 50)).filter(({ outcome }) => outcome === "succeeded");
      const of = mine.filter(({ data }) => data.sync === sync.sync);
      // One that has not ended a run yet, because a limit puts it off.
      if (sync.lastRun === null) {
        expect(of).toEqual([]);
        continue;
      }
      expect(sync.lastRun.outcome).toBe("succeeded");
      expect(of.at(-1)?.timestamp).toBe(sync.lastRun.at.toISOString());
      // Runs without news are counted by the same write. The first one has none where a run before it was
      // killed after its page.
      expect(of.length, JSON.stringify(sync)).toBeGreaterThanOrEqual(Math.max(1, sync.quiet?.runs ?? 0));
      expect(of.length).toBeLessThanOrEqual(endedRuns(kept) + (sync.quiet?.runs ?? 0));
      // Each that is kept was reported, unless it was killed between the two writes.
      const toldAt = new Set(of.map(({ timestamp }) => timestamp));
      cutShort += kept.filter(({ at }) => !toldAt.has(at.toISOString())).length;
    }
  }
  expect(cutShort).toBeLessThanOrEqual(killed.worker);
  const deliveries = receiver.taken.length;
  const counted = { changes: told().size, deliveries, killed, askedFor, accounts: accounts.length };
  console.log(JSON.stringify(counted));

  /**
   * A failover of Redis may lose a job that was not waited for: it is handed in again, as its sender would.
   */
  async function installAgain(): Promise<void> {
    for (const account of accounts)
      if ((await store.installations.find(world.installationIdOf(account))) === null)
        await world.install(account);
  }

  async function killWorker(): Promise<void> {
    const index = Math.floor(Math.random() * workers.length);
    if (runs(workers[index])) killed.worker += 1;
    await workers[index]?.kill("SIGKILL");
    workers[index] = spawnService("worker", env);
  }

  async function killReceiver(): Promise<void> {
    await receiver.close();
    killed.receiver += 1;
    await sleep(Math.random() * 500);
    await receiver.startAgain();
    // As it would be told after five seconds, and then after five minutes.
    await store.events.lanes.wakeAll(row._id, now());
  }

  async function killApi(): Promise<void> {
    if (runs(api)) killed.api += 1;
    await api.kill("SIGKILL");
    api = spawnApi();
  }

  function spawnApi() {
    return spawnService("api", { ...env, API_PORT: String(apiPort), OPS_PORT: "0" });
  }

  /** By the API, while it is there. */
  async function askForRuns(accountId: string): Promise<void> {
    for (const sync of ["assets", "sites", "customers"]) {
      const url = `http://127.0.0.1:${apiPort}/v1/accounts/${accountId}/syncs/${sync}/run`;
      const headers = { authorization: `Bearer ${key}` };
      const answer = await fetch(url, { method: "POST", headers, signal: AbortSignal.timeout(5_000) }).catch(
        () => undefined,
      );
      if (answer?.ok) askedFor += 1;
    }
  }
});

function runs(service: SpawnedService | undefined): boolean {
  return service !== undefined && service.child.exitCode === null && service.child.signalCode === null;
}

function endedRuns(runs: readonly RunDocument[]): number {
  return runs.reduce((sum, { quietBefore }) => sum + 1 + (quietBefore?.runs ?? 0), 0);
}
