// A world for the worker: a worker in this process, a simulated Trackunit, and a way to hand in installs.

import { createQueueSet } from "@fleetkeeper/jobs";
import { testNamespace } from "@fleetkeeper/local-stack";
import { type Generation, installationIdOf } from "@fleetkeeper/model";
import { closeRedis, connected, connectProducer, type RedisClient } from "@fleetkeeper/redis";
import { createJobSign, createSeal, createSign } from "@fleetkeeper/sealing";
import { type SimulatedAccount, type SimulatorOptions, startSimulator } from "@fleetkeeper/simulator";
import { openStore } from "@fleetkeeper/store";
import type { SyncDefinition } from "@fleetkeeper/syncs";
import { createLog } from "@fleetkeeper/telemetry";
import { handInInstall, newKeys } from "@fleetkeeper/test-worlds";
import { MongoClient } from "mongodb";
import { readConfig } from "../src/config.ts";
import { startWorker } from "../src/worker.ts";

export const app = "@fleetkeeper/demo";
export type World = Awaited<ReturnType<typeof createWorldOn>>;

export interface WorldOptions {
  /** The worker's, over the defaults. */
  env?: Record<string, string>;
  simulator?: SimulatorOptions;
}

/** Its own database, Redis namespace, keys and simulator on these servers. */
export async function createWorldOn(
  servers: { redisUrl: string; mongodbUrl: string },
  options: WorldOptions = {},
) {
  const namespace = testNamespace();
  const { keys, worker: workersKeys } = await newKeys();
  const simulator = await startSimulator({ app, ...options.simulator });
  const env: Record<string, string> = {
    REDIS_URL: servers.redisUrl,
    REDIS_NAMESPACE: namespace,
    MONGODB_URL: new URL(`/${namespace}`, servers.mongodbUrl).href,
    TRACKUNIT_TOKEN_URL: simulator.tokenUrl,
    TRACKUNIT_API_URL: simulator.apiUrl,
    ...workersKeys,
    OPS_PORT: "0",
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? "silent",
    ...options.env,
  };
  const redis: RedisClient = connectProducer(env.REDIS_URL ?? "");
  redis.on("error", () => undefined);
  await connected(redis);
  const seal = await createSeal(JSON.parse(keys.sealingPublicKey));
  const sign = createJobSign(createSign(JSON.parse(keys.ingressSigningKey)), seal);
  const queues = createQueueSet({ redis, namespace, onError: () => undefined, sign });
  const store = await openStore({ mongodbUrl: env.MONGODB_URL ?? "" });
  const mongo = await MongoClient.connect(env.MONGODB_URL ?? "");
  const closers: (() => Promise<unknown> | unknown)[] = [];

  return {
    env,
    /** The ingress's, as INGRESS_SIGNING_KEY. */
    signingKey: keys.ingressSigningKey,
    namespace,
    simulator,
    redis,
    queues,
    store,
    db: mongo.db(namespace),

    /** Starts a worker in this process; returns what stops it. */
    async startWorker(
      env_: Record<string, string> = {},
      syncs?: readonly SyncDefinition[],
    ): Promise<() => Promise<void>> {
      const config = readConfig({ ...env, ...env_ });
      const own: typeof closers = [];
      const log = createLog({ service: "worker", level: config.logLevel });
      await startWorker(config, log, (_what, close) => own.push(close), syncs && { syncs });
      const stop = async () => {
        for (let close = own.pop(); close !== undefined; close = own.pop()) await close();
      };
      closers.push(stop);
      return stop;
    },

    installationIdOf: (account: Pick<SimulatedAccount, "accountId">) =>
      installationIdOf(app, account.accountId),

    /** Hands in what the ingress would for an install callback of this account. */
    async install(
      account: Pick<SimulatedAccount, "accountId" | "clientId" | "clientSecret">,
      at: { receivedAt?: Date; clientId?: string; clientSecret?: string } = {},
    ): Promise<Generation> {
      const { receivedAt, clientId = account.clientId, clientSecret = account.clientSecret } = at;
      const { accountId } = account;
      const credential = { accountId, clientId, clientSecret };
      const { generation } = await handInInstall({ queues, seal, app }, credential, receivedAt);
      return generation;
    },

    async close(): Promise<void> {
      for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
      await queues.close();
      await closeRedis(redis);
      await store.close();
      await mongo.db(namespace).dropDatabase();
      await mongo.close();
      await simulator.close();
    },
  };
}
