// Which tokens are kept warm: hours of a worker's ticks by the clock of a test, with real servers and a
// simulated Trackunit that counts the requests.

import { createConnections } from "@fleetkeeper/http";
import { consume } from "@fleetkeeper/jobs";
import { startMongoProxy } from "@fleetkeeper/local-stack";
import { type InstallationId, type SyncId, syncIdOf } from "@fleetkeeper/model";
import { connectConsumer, redisKeys } from "@fleetkeeper/redis";
import { createJobVerify, createVerify } from "@fleetkeeper/sealing";
import type { SimulatedAccount } from "@fleetkeeper/simulator";
import { createLog, noTraces } from "@fleetkeeper/telemetry";
import { expect, inject, onTestFinished, test, vi } from "vitest";
import { readConfig } from "../src/config.ts";
import { connectTrackunit } from "../src/connect-trackunit.ts";
import { createHandOver } from "../src/hand-over.ts";
import { createInstallHandler } from "../src/install.ts";
import { createWorkerMetrics } from "../src/metrics.ts";
import { createPrewarmHandler } from "../src/prewarm.ts";
import { createWorldOn } from "./world.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const stepMs = 10 * minuteMs;

interface Account {
  account: SimulatedAccount;
  id: InstallationId;
  syncId: SyncId;
}

/** Accounts of one sync, each with its first token, and a clock that only the test moves. */
async function setup(count: number) {
  const proxy = await startMongoProxy(inject("mongodbUrl"));
  const world = await createWorldOn({ redisUrl: inject("redisUrl"), mongodbUrl: proxy.url });
  const config = readConfig(world.env);
  const { store, queues, namespace } = world;
  let nowMs = Date.now();
  const now = () => new Date(nowMs);
  const base = { ...{ store, queues, redis: world.redis, now }, metrics: createWorkerMetrics() };
  const log = createLog({ service: "test", level: "silent" });
  const connections = createConnections(config.outbound);
  const { dispatcher } = connections;
  const trackunit = await connectTrackunit({ ...base, config, dispatcher, log, traces: noTraces });
  const startProof = async () => undefined;
  const verify = createJobVerify(createVerify(config.ingressVerificationKeys), trackunit.open);
  const syncNames = ["assets"];
  const install = createInstallHandler({
    ...{ store, now, verify, startProof, refusals: trackunit.refusals },
    ...{ scopes: config.scopes, resources: syncNames },
  });
  const startSyncs = async () => undefined;
  const prewarm = createPrewarmHandler({ ...trackunit, store, syncNames, startSyncs, now });
  const installTraces = { remember: async () => undefined, of: async () => [] };
  const handOver = createHandOver({ store, queues, installTraces, now });
  const redis = connectConsumer(config.redisUrl);
  const consumer = consume({
    ...{ queue: "install", redis, namespace, concurrency: 5, onError: () => undefined },
    handle: install,
    decide: () => ({ action: "never" }),
  });
  onTestFinished(async () => {
    await consumer.close(0);
    await redis.quit();
    await connections.close();
    await world.close();
    await proxy.close();
  });

  const accounts: Account[] = [];
  while (accounts.length < count) {
    const account = world.simulator.addAccount({ assets: 1 });
    const id = world.installationIdOf(account);
    await world.install(account);
    await vi.waitFor(async () => expect(await store.installations.find(id)).not.toBeNull(), 20_000);
    accounts.push({ account, id, syncId: syncIdOf(id, "assets") });
  }
  nowMs = Date.now();
  await handOver.proofs(await store.credentials.due(now(), count));
  await work();

  return {
    world,
    accounts,
    /** The sync is planned to run after this. */
    runIn: ({ syncId }: Account, ms: number) =>
      world.db
        .collection<{ _id: SyncId }>("syncs")
        .updateOne({ _id: syncId }, { $set: { nextRunAt: new Date(nowMs + ms) } }),
    /** Ticks by the clock; returns the commands sent to MongoDB, and each account's token requests. */
    async hours(hours: number, beforeTick: () => Promise<unknown> = async () => undefined) {
      const before = new Map(accounts.map(({ account }) => [account, account.tokenCalls]));
      const commands: Record<string, number> = {};
      for (const endMs = nowMs + hours * hourMs; nowMs < endMs; nowMs += stepMs) {
        await beforeTick();
        proxy.takeCounts();
        await handOver.prewarms(await store.installations.duePrewarms(now(), 100));
        await work();
        for (const [name, count] of Object.entries(proxy.takeCounts()))
          commands[name] = (commands[name] ?? 0) + count;
      }
      const calls = ({ account }: Account) => account.tokenCalls - (before.get(account) ?? 0);
      return { calls, commands };
    },
  };

  /** What a worker does with the jobs that wait. */
  async function work(): Promise<void> {
    for (const job of await queues.queues.prewarm.getWaiting()) {
      await prewarm({ payload: job.data });
      await job.remove();
    }
  }
}

const writes = /^(update|insert|delete|findAndModify) /;

test("only tokens that will be used are renewed, by a run before they expire or by the API, each with two writes", async () => {
  const { world, accounts, runIn, hours } = await setup(4);
  const { store, redis, namespace } = world;
  const [often, daily, paused, read] = accounts as [Account, Account, Account, Account];
  for (const { syncId } of [paused, read]) await store.syncs.pauseOne(syncId);
  await redis.set(redisKeys(namespace).accessTokenRead(read.id), "1", "PX", hourMs);
  await runIn(daily, 7 * hourMs);
  const beforeTick = () => runIn(often, 15 * minuteMs);

  const { calls, commands } = await hours(1, beforeTick);
  expect(accounts.map(calls)).toEqual([1, 0, 0, 1]);
  const made = Object.entries(commands).filter(([name]) => writes.test(name));
  // Each of four was claimed; two got a token, and that nobody needs one was noted of the others.
  expect(Object.fromEntries(made)).toEqual({ "update installations": 6, "findAndModify installations": 2 });
  const rests = await store.installations.find(paused.id);
  expect(rests).toMatchObject({ tokenNeededAt: null, noTokenFrom: rests?.lastToken?.expiresAt });
  expect((await store.installations.find(daily.id))?.tokenNeededAt).toBeInstanceOf(Date);

  const later = (await hours(5, beforeTick)).calls;
  expect([later(daily), later(paused)]).toEqual([0, 0]);
  expect(Math.min(later(often), later(read))).toBeGreaterThanOrEqual(6);
  // Shortly before its run it is warm again.
  expect((await hours(1, beforeTick)).calls(daily)).toBe(1);
  expect((await store.installations.find(daily.id))?.noTokenFrom).toBeNull();
});
