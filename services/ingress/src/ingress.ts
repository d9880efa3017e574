// The whole ingress, built from top to bottom: Redis, key set, the way of a callback, two servers.

import { callbackPath, createKeySetFetcher } from "@fleetkeeper/callbacks";
import { createHandIn, createQueueSet, forWaits, loadQueueTelemetry } from "@fleetkeeper/jobs";
import { connected, connectProducer, proveWrite, redisKeys } from "@fleetkeeper/redis";
import { createOpsServer, type Defer } from "@fleetkeeper/runtime";
import { createJobSign, createSeal, createSign } from "@fleetkeeper/sealing";
import { createTimeStats, type Log, noTraces, type Traces } from "@fleetkeeper/telemetry";
import { createAcceptCallback } from "./accept-callback.ts";
import { createApp } from "./app.ts";
import { createBindBody } from "./bind-body.ts";
import type { Config } from "./config.ts";
import { createDeepChecks } from "./deep-checks.ts";
import { createInbox } from "./inbox.ts";
import { createKeySet } from "./key-set.ts";
import { createIngressMetrics } from "./metrics.ts";
import { createNoteClaims } from "./note-claims.ts";
import { noteStaleKeys, noteStaleKeysEveryMs } from "./note-stale-keys.ts";
import { createUnsetNotes, noteUnsetEveryMs, unsetTokenRules } from "./note-unset.ts";
import { addOpenapi } from "./openapi.ts";
import { createTimeSteps } from "./time-steps.ts";
import { warnOfLosses } from "./warn-of-losses.ts";
import { createWebhooks } from "./webhooks/webhooks.ts";

const keySetLookMs = 5_000;
/**
 * The first sender should find Redis connected; a Redis that is away must not keep the ingress from saying
 * so.
 */
const startWaitMs = 3_000;

export interface IngressOptions {
  /** For tests. */
  now?: () => Date;
  traces?: Traces;
}

/**
 * Listens as soon as it is built, even while Redis and the key endpoint do not answer; returns both
 * addresses. What it started is closed through `defer`, the last first.
 */
export async function startIngress(
  config: Config,
  log: Log,
  defer: Defer,
  { now = () => new Date(), traces = noTraces }: IngressOptions = {},
): Promise<{ url: string; opsUrl: string }> {
  const { redisUrl, namespace } = config;
  const metrics = createIngressMetrics();

  const redis = connectProducer(redisUrl);
  redis.on("error", (error) => log.warn({ error }, "redis connection failed"));
  defer("redis", () => redis.disconnect());
  const waiting = (count: number) =>
    Array.from({ length: count }, () => {
      const one = connectProducer(redisUrl, forWaits);
      one.on("error", (error) => log.debug({ error }, "redis connection for disk waits failed"));
      defer("redis for disk waits", () => one.disconnect());
      return one;
    });
  const handIn = createHandIn({
    redis,
    namespace,
    replicas: config.waitReplicas,
    onPromise: (promised) => warnOfLosses(log, promised),
    onSilence: (error) => log.warn({ error }, "redis persistence unknown"),
  });
  const waitingRedis = waiting(forWaits.connections);
  const installs = handIn.to("install", waitingRedis);
  const telemetry = traces.on ? await loadQueueTelemetry() : undefined;
  const onError = (error: Error) => log.debug({ error }, "queue connection failed");
  const sign = createSign(config.signingKey);
  const seal = await createSeal(config.sealingPublicKey);
  const signJob = createJobSign(sign, seal);
  const queueSet = createQueueSet({ redis, namespace, onError, telemetry, sign: signJob });
  defer("queues", () => queueSet.close());
  const stats = createTimeStats({ redis, namespace, metrics });
  defer("minute stats", () => stats.close());

  const fetcher = createKeySetFetcher(config.keySetUrl, config.outbound);
  defer("key set connections", () => fetcher.close());
  const keySet = createKeySet({ fetchKeys: fetcher.fetch, maxStaleMs: config.keySetMaxStaleMs, log, now });
  const looking = setInterval(() => void keySet.refreshIfDue(), keySetLookMs);
  defer("key set refresh", () => clearInterval(looking));
  const allConnected = Promise.all([redis, ...waitingRedis].map((one) => connected(one, startWaitMs)));
  await Promise.all([keySet.refreshIfDue(), allConnected.catch(() => log.warn("redis does not answer yet"))]);

  const startedAt = now();
  const notingStale = setInterval(
    () => void noteStaleKeys(redis, { namespace, ageMs: keySet.ageMs(), startedAt, now: now() }),
    noteStaleKeysEveryMs,
  );
  defer("note of stale keys", () => clearInterval(notingStale));

  const { issuer, audience, maxAgeMs } = config;
  const unset = unsetTokenRules(config);
  const unsetNotes = createUnsetNotes(redis, { namespace, unset });
  // One after the other: the second must not be deleted by the first.
  void unsetNotes.takeBack().then(unsetNotes.note);
  if (unset.length > 0) {
    log.warn(
      { unset },
      "issuer and audience of tokens are not set: any token that trackunit signed is accepted; `fleetkeeper doctor` proposes values",
    );
    const noting = setInterval(() => void unsetNotes.note(), noteUnsetEveryMs);
    defer("note of unset rules", () => {
      clearInterval(noting);
      // Not waited for: Redis may be away.
      void unsetNotes.takeBack();
    });
  }
  const acceptCallback = createAcceptCallback({
    tokenRules: { keyFor: keySet.keyFor, hasNewerKeys: keySet.hasNewerKeys, issuer, audience, maxAgeMs },
    claimRules: config.claimRules,
    accountIds: config.accountIds,
    allowedApps: config.allowedApps,
    bindBody: createBindBody(redis, namespace),
    seal,
    handIn: (callback, step) => installs.handIn(() => queueSet.addCallback(callback), step),
    noteClaims: createNoteClaims(redis, namespace, now),
    step: createTimeSteps(metrics, traces),
    now,
  });

  const checks = {
    redis: () => proveWrite(redis, [redisKeys(namespace).queueProbe("install")]),
    keySet: async () => keySet.check(),
  };
  const deepChecks = createDeepChecks({ keySet, seal, redis, namespace, queue: installs });
  const measure = async () => {
    const ageMs = keySet.ageMs();
    metrics.keySetAgeSeconds.set(Number.isFinite(ageMs) ? ageMs / 1_000 : -1);
  };
  const ops = createOpsServer({ metrics, checks, deepChecks, measure });
  addOpenapi(ops, { ...config, hasWebhooks: config.webhookKeys !== undefined });
  defer("ops server", () => ops.close());
  const opsUrl = await ops.listen({ host: config.opsHost, port: config.opsPort });

  const { clients, basePath, webhookKeys: keys } = config;
  const deliveries = handIn.to("webhook", keys ? waiting(forWaits.connections) : []);
  const webhooks =
    keys &&
    (await createWebhooks({ keys, redis, namespace, queueSet, queue: deliveries, log, metrics, now }));
  const inbox = createInbox({ redis, namespace, sign, seal, now });
  const app = createApp({ log, metrics, acceptCallback, traces, clients, basePath, inbox, webhooks });
  defer("callback server", () => app.close());
  const url = await app.listen({ host: config.host, port: config.port });
  log.info({ url: `${url}${basePath}${callbackPath}`, opsUrl }, "ingress listens");
  return { url, opsUrl };
}
