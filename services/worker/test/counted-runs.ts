// Small accounts whose one sync runs again and again, through the real queue, limiter and token cache,
// without the work that a worker does by the clock, so that the cost of a run can be counted.

import { setTimeout as sleep } from "node:timers/promises";
import { createConnections } from "@fleetkeeper/http";
import { consume } from "@fleetkeeper/jobs";
import { closeRedis, connectConsumer, mastersOf } from "@fleetkeeper/redis";
import { createJobVerify, createOpen, createVerify } from "@fleetkeeper/sealing";
import type { SimulatedAccount } from "@fleetkeeper/simulator";
import { defaultAbsenceRules } from "@fleetkeeper/store";
import { builtInSyncs } from "@fleetkeeper/syncs";
import { createLog, noTraces } from "@fleetkeeper/telemetry";
import { readConfig } from "../src/config.ts";
import { connectTrackunit } from "../src/connect-trackunit.ts";
import { createDispatchHandler } from "../src/dispatch.ts";
import { createHandOver } from "../src/hand-over.ts";
import { createInstallHandler } from "../src/install.ts";
import { createWorkerMetrics } from "../src/metrics.ts";
import { createPlaces } from "../src/places.ts";
import { createRunSlice } from "../src/run-slice.ts";
import { createTakeSyncs } from "../src/take-syncs.ts";
import { createWorldOn, type World } from "./world.ts";

/** Per run. */
export interface Cost {
  /** Commands that Redis carried out, those within scripts included, by name. */
  commands: Record<string, number>;
  total: number;
}

export interface CountedRuns {
  /** Runs each account's sync once, dispatched with this many per job. */
  run(maxSyncsPerJob: number): Promise<Cost>;
  close(): Promise<void>;
}

type Account = Pick<SimulatedAccount, "accountId" | "clientId" | "clientSecret">;

export interface CountedRunsOptions {
  /** The worker's, over the defaults. */
  env?: Record<string, string>;
  /** Where the simulated Trackunit of `env` is another than the world's own. */
  addAccount?: (assets: number) => Account | Promise<Account>;
  /** How often is looked whether the runs have ended. Default 50. */
  lookEveryMs?: number;
}

/** On a Redis that nobody else uses, since all that it does is counted. One page of 50 assets per account. */
export async function createCountedRuns(
  servers: { redisUrl: string; mongodbUrl: string },
  accounts: number,
  options: CountedRunsOptions = {},
): Promise<CountedRuns> {
  const { env = {}, lookEveryMs = 50 } = options;
  const world = await createWorldOn(servers, { env });
  const { addAccount = (assets) => world.simulator.addAccount({ assets }) } = options;
  const syncs = world.db.collection("syncs");
  const worker = await startTaking(world);
  for (let count = 0; count < accounts; count++) await world.install(await addAccount(50));
  await until(async () => (await syncs.countDocuments()) === accounts, lookEveryMs);

  return {
    async run(maxSyncsPerJob) {
      const since = new Date();
      await syncs.updateMany({}, { $set: { nextRunAt: since } });
      for (const server of mastersOf(world.redis)) await server.config("RESETSTAT");
      await worker.dispatch(maxSyncsPerJob);
      const ended = { "lastRun.outcome": "succeeded", "lastRun.startedAt": { $gte: since } };
      await until(async () => (await syncs.countDocuments(ended)) === accounts, lookEveryMs);
      let looks = 0;
      await until(async () => {
        looks++;
        return (await world.queues.queues.sync.getActiveCount()) === 0;
      }, lookEveryMs);
      const stats = await Promise.all(mastersOf(world.redis).map((server) => server.info("commandstats")));
      return costOf(stats, accounts, looks);
    },

    async close() {
      await worker.close();
      await world.close();
    },
  };
}

/**
 * `looks`: at the queue by this file, which are more on a slow machine: each is a script that asks for one
 * length.
 */
function costOf(commandstats: readonly string[], runs: number, looks: number): Cost {
  const calls: Record<string, number> = { evalsha: -looks, llen: -looks };
  for (const ofServer of commandstats)
    for (const [, name = "", count] of ofServer.matchAll(/cmdstat_(\S+):calls=(\d+)/g))
      calls[name] = (calls[name] ?? 0) + Number(count);
  const commands = Object.fromEntries(Object.entries(calls).map(([name, count]) => [name, count / runs]));
  return { commands, total: Object.values(commands).reduce((total, one) => total + one, 0) };
}

/** What of a worker takes part in a run, and takes installs. */
async function startTaking(world: World) {
  const { store, redis, queues, namespace, env } = world;
  const config = readConfig(env);
  const now = () => new Date();
  const metrics = createWorkerMetrics();
  const base = { store, redis, queues, log: createLog({ service: "test", level: "silent" }), metrics, now };
  const connections = createConnections(config.outbound);
  const { trackunit, prove, refusals } = await connectTrackunit({
    ...base,
    config,
    dispatcher: connections.dispatcher,
    traces: noTraces,
  });
  const assets = builtInSyncs.filter(({ name }) => name === "assets");
  const leaseMs = config.leaseMs;
  const places = createPlaces({ total: config.syncConcurrency, perAccount: 4 });
  const runSlice = createRunSlice({
    ...base,
    trackunit,
    definitions: new Map(assets.map((definition) => [definition.name, definition])),
    traces: noTraces,
    slicePages: config.slicePages,
    sliceMs: config.sliceMs,
    pageMs: config.pageMs,
    leaseMs,
    absence: defaultAbsenceRules,
  });
  // However slow the machine is, no job goes back to the queue for it.
  const placeWaitMs = 60_000;
  const takeSyncs = createTakeSyncs({ ...base, places, runSlice, traces: noTraces, leaseMs, placeWaitMs });
  const consumerRedis = connectConsumer(config.redisUrl);
  const taking = { redis: consumerRedis, namespace, onError: () => undefined };
  const decide = () => ({ action: "never" }) as const;
  const install = createInstallHandler({
    ...base,
    scopes: config.scopes,
    resources: ["assets"],
    refusals,
    verify: createJobVerify(
      createVerify(config.ingressVerificationKeys),
      await createOpen(config.sealingPrivateKeys),
    ),
    startProof: async () => undefined,
    now,
  });
  /** Without the clock that would find the candidate due. */
  const installAndProve = async (task: Parameters<typeof install>[0]) => {
    const outcome = await install(task);
    await prove(task.payload.installationId);
    await store.plan(task.payload.installationId, ["assets"], now());
    return outcome;
  };
  const consumers = [
    consume({ ...taking, queue: "install", concurrency: 10, handle: installAndProve, decide }),
    consume({ ...taking, queue: "sync", concurrency: 1, handle: takeSyncs.handle, decide }),
  ];

  return {
    async dispatch(maxSyncsPerJob: number): Promise<void> {
      const installTraces = { remember: async () => undefined, of: async () => [] };
      const publishEndpoints = async () => 0;
      const handOver = createHandOver({ ...base, installTraces });
      const relayEvents = async () => undefined;
      const of = { ...base, handOver, publishEndpoints, relayEvents };
      const options = { ...of, syncBacklog: 10_000, maxSyncsPerJob };
      await createDispatchHandler(options)();
    },

    async close(): Promise<void> {
      for (const consumer of consumers) await consumer.close(0);
      await takeSyncs.close(0);
      await closeRedis(consumerRedis);
      await connections.close();
    },
  };
}

async function until(holds: () => Promise<boolean>, lookEveryMs: number): Promise<void> {
  while (!(await holds())) await sleep(lookEveryMs);
}
