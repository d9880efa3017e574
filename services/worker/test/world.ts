// A world for the worker: a worker in this process, a simulated Trackunit, and a way to hand in installs.

import { createHash } from "node:crypto";
import { createQueueSet } from "@fleetkeeper/jobs";
import { testNamespace } from "@fleetkeeper/local-stack";
import { type Generation, generationOf, installationIdOf } from "@fleetkeeper/model";
import { connected, connectProducer, type RedisClient } from "@fleetkeeper/redis";
import {
  createSeal,
  createSign,
  generateSealingKey,
  generateSigningKey,
  generateTokenKey,
} from "@fleetkeeper/sealing";
import { type SimulatedAccount, type SimulatorOptions, startSimulator } from "@fleetkeeper/simulator";
import { openStore } from "@fleetkeeper/store";
import { createLog } from "@fleetkeeper/telemetry";
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
  const { publicKey, privateKey } = await generateSealingKey();
  const signing = await generateSigningKey();
  const simulator = await startSimulator({ app, ...options.simulator });
  const env: Record<string, string> = {
    REDIS_URL: servers.redisUrl,
    REDIS_NAMESPACE: namespace,
    MONGODB_URL: new URL(`/${namespace}`, servers.mongodbUrl).href,
    TRACKUNIT_TOKEN_URL: simulator.tokenUrl,
    TRACKUNIT_API_URL: simulator.apiUrl,
    SEALING_PUBLIC_KEY: JSON.stringify(publicKey),
    SEALING_PRIVATE_KEYS: JSON.stringify({ keys: [privateKey] }),
    INGRESS_VERIFICATION_KEYS: JSON.stringify({ keys: [signing.publicKey] }),
    TOKEN_KEY: JSON.stringify({ keys: [generateTokenKey()] }),
    OPS_PORT: "0",
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? "silent",
    ...options.env,
  };
  const redis: RedisClient = connectProducer(env.REDIS_URL ?? "");
  await connected(redis);
  const sign = createSign(signing.privateKey);
  const queues = createQueueSet({ redis, namespace, onError: () => undefined, sign });
  const store = await openStore({ mongodbUrl: env.MONGODB_URL ?? "" });
  const mongo = await MongoClient.connect(env.MONGODB_URL ?? "");
  const seal = await createSeal(publicKey);
  const closers: (() => Promise<unknown> | unknown)[] = [];

  return {
    env,
    /** The ingress's, as INGRESS_SIGNING_KEY. */
    signingKey: JSON.stringify(signing.privateKey),
    namespace,
    simulator,
    redis,
    queues,
    store,
    db: mongo.db(namespace),

    /** Starts a worker in this process; returns what stops it. */
    async startWorker(env_: Record<string, string> = {}): Promise<() => Promise<void>> {
      const config = readConfig({ ...env, ...env_ });
      const own: typeof closers = [];
      await startWorker(config, createLog({ service: "worker", level: config.logLevel }), (_what, close) =>
        own.push(close),
      );
      const stop = async () => {
        for (let close = own.pop(); close !== undefined; close = own.pop()) await close();
      };
      closers.push(stop);
      return stop;
    },

    installationIdOf: (account: SimulatedAccount) => installationIdOf(app, account.accountId),

    /** Hands in what the ingress would for an install callback of this account. */
    async install(
      account: SimulatedAccount,
      at: { receivedAt?: Date; clientId?: string; clientSecret?: string } = {},
    ): Promise<Generation> {
      const { receivedAt = new Date(), clientSecret = account.clientSecret } = at;
      const { accountId } = account;
      const { clientId = account.clientId } = at;
      const installationId = installationIdOf(app, accountId);
      const contentHash = createHash("sha256")
        .update(`${receivedAt.getTime()} ${clientId} ${clientSecret}`)
        .digest("hex");
      const generation = generationOf({ issuedAt: undefined, receivedAt, contentHash });
      const sealedCredential = await seal(JSON.stringify({ clientId, clientSecret }), {
        installationId,
        purpose: "credential",
      });
      await queues.addCallback({
        contentHash,
        install: {
          installationId,
          irisAppId: app,
          accountId,
          generation,
          sealedCredential,
          clientIdFingerprint: createHash("sha256").update(clientId).digest("hex").slice(0, 12),
          receivedAt,
        },
      });
      return generation;
    },

    async close(): Promise<void> {
      for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
      await queues.close();
      await redis.quit();
      await store.close();
      await mongo.db(namespace).dropDatabase();
      await mongo.close();
      await simulator.close();
    },
  };
}
