// The world of the ingress's integration tests: an ingress in this process on real ports, a simulated
// Trackunit, a view of the queue.

import { createQueueSet, type Payloads } from "@fleetkeeper/jobs";
import { testNamespace } from "@fleetkeeper/local-stack";
import { closeRedis, connected, connectProducer, findKeys } from "@fleetkeeper/redis";
import { createJobVerify, createOpen, createVerify, generateFirstKeys } from "@fleetkeeper/sealing";
import { startSimulator } from "@fleetkeeper/simulator";
import { capturedLog } from "@fleetkeeper/test-worlds";
import { inject, onTestFinished } from "vitest";
import { readConfig } from "../src/config.ts";
import { startIngress } from "../src/ingress.ts";

export const app = "@fleetkeeper/demo";
export type World = Awaited<ReturnType<typeof createWorld>>;

export interface Answer {
  status: number;
  /** The code of a refusal. */
  code: string | undefined;
  retryAfter: string | null;
  body: unknown;
}

/** A world that ends with the test that asked for it. */
export async function testWorld(options: { env?: Record<string, string> } = {}): Promise<World> {
  const world = await createWorld(options);
  onTestFinished(() => world.close());
  return world;
}

/** Its own Redis namespace, keys, simulator and clock. `env` is the ingress's, over the defaults of tests. */
export async function createWorld(options: { env?: Record<string, string> } = {}) {
  const namespace = testNamespace();
  const keys = await generateFirstKeys();
  let aheadMs = 0;
  const now = () => new Date(Date.now() + aheadMs);
  const simulator = await startSimulator({ app, now });
  const account = simulator.addAccount();
  const redis = connectProducer(inject("redisUrl"));
  await connected(redis);
  const queues = createQueueSet({ redis, namespace, onError: () => undefined });
  const env = {
    REDIS_URL: inject("redisUrl"),
    REDIS_NAMESPACE: namespace,
    TRACKUNIT_JWKS_URL: simulator.jwksUrl,
    TRACKUNIT_APP_IDS: app,
    SEALING_PUBLIC_KEY: keys.sealingPublicKey,
    INGRESS_SIGNING_KEY: keys.ingressSigningKey,
    INGRESS_PORT: "0",
    OPS_PORT: "0",
    LOG_LEVEL: "trace",
    ...options.env,
  };
  const config = readConfig(env);
  const { log, text: logged } = capturedLog(config.logLevel, "ingress");
  const closers: (() => Promise<unknown> | unknown)[] = [];
  const ingress = await startIngress(config, log, (_what, close) => closers.push(close), { now });

  const open = await createOpen(JSON.parse(keys.sealingPrivateKeys));

  async function stopIngress(): Promise<void> {
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
  }

  async function post(
    body: NonNullable<RequestInit["body"]>,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const answer = await fetch(`${ingress.url}/appinstall`, {
      method: "POST",
      body,
      headers,
    });
    const json = (await answer.json()) as { error?: { code: string } };
    return {
      status: answer.status,
      code: json.error?.code,
      retryAfter: answer.headers.get("retry-after"),
      body: json,
    };
  }

  return {
    ...ingress,
    /** Of its ingress, for another one. */
    env,
    simulator,
    account,
    redis,
    queues,
    namespace,
    open,
    verify: createJobVerify(createVerify(JSON.parse(keys.ingressVerificationKeys)), open),
    logged,
    stopIngress,

    /** Moves the clock of the ingress and of the simulator. */
    advance(ms: number): void {
      aheadMs += ms;
    },

    /** The body that Trackunit sends for the account, with changes. */
    bodyOf(changes: object = {}): string {
      const { accountId, clientId, clientSecret } = account;
      return JSON.stringify({
        type: "INSTALLED",
        irisAppId: app,
        accountId,
        clientId,
        clientSecret,
        ...changes,
      });
    },

    /** POSTs a callback; by default a sound one. */
    async callback(sent: { body?: string; token?: string } = {}): Promise<Answer> {
      const { body = this.bodyOf(), token = await simulator.signCallbackToken() } = sent;
      return post(body, { "content-type": "application/json", "trackunit-identity": token });
    },

    post,

    /** What waits in the queue, oldest first. */
    async queued(): Promise<Exclude<Payloads["install"], { stored: string }>[]> {
      const jobs = await queues.queues.install.getJobs(["waiting"], 0, -1, true);
      return jobs.map((job) => job.data);
    },

    async close(): Promise<void> {
      await stopIngress();
      await queues.close();
      const left = await findKeys(redis, `*${namespace}*`);
      await Promise.all(left.map((key) => redis.del(key)));
      await closeRedis(redis);
      await simulator.close();
    },
  };
}
