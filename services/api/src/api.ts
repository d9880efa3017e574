// The whole API, built from top to bottom: Redis, store, gate, two servers.

import { readFileSync } from "node:fs";
import { checkGuardedUrl, createConnections } from "@fleetkeeper/http";
import { createQueueSet } from "@fleetkeeper/jobs";
import { createReceiverActions } from "@fleetkeeper/operator";
import { connected, connectProducer, proveWrite, redisKeys } from "@fleetkeeper/redis";
import { createOpsServer, type Defer } from "@fleetkeeper/runtime";
import { createCacheSealing, createSealFor } from "@fleetkeeper/sealing";
import { openStore } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import { createTokenCache } from "@fleetkeeper/tokens";
import { createCircuitBreaker, createForward, createRedisLimiter } from "@fleetkeeper/trackunit";
import { createFindAccount } from "./accounts/find-account.ts";
import { createApp } from "./app.ts";
import { createKeyUses } from "./auth/key-uses.ts";
import { createKnownKeys } from "./auth/known-keys.ts";
import type { Config } from "./config.ts";
import { createApiMetrics } from "./metrics.ts";
import { createRequestNotes } from "./proxy/request-log.ts";
import { createTokenSource } from "./tokens/token-source.ts";

/** For tests. */
export interface ApiOptions {
  now?: () => Date;
  tokenWaitMs?: number;
}

/**
 * Listens when Redis and MongoDB answer; returns both addresses. What it started is closed through `defer`,
 * the last first.
 */
export async function startApi(
  config: Config,
  log: Log,
  defer: Defer,
  { now = () => new Date(), tokenWaitMs }: ApiOptions = {},
): Promise<{ url: string; opsUrl: string }> {
  const { namespace } = config;
  const metrics = createApiMetrics();
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

  const redis = connectProducer(config.redisUrl);
  redis.on("error", (error) => log.warn({ error }, "redis connection failed"));
  defer("redis", () => redis.disconnect());
  await connected(redis);
  const queues = createQueueSet({
    redis,
    namespace,
    onError: (error) => log.debug({ error }, "queue connection failed"),
  });
  defer("queues", () => queues.close());

  const store = await openStore({
    mongodbUrl: config.mongodbUrl,
    timeoutMs: 8_000,
    // A worker makes them: the API may not.
    indexes: "leave",
  });
  defer("store", () => store.close());

  const sealing = await createCacheSealing(config.tokenKeys);
  const tokens = createTokenSource({
    cache: createTokenCache({ ...config.tokenInputs, redis, namespace, sealing }),
    queues,
    installations: store.installations,
    now,
    ...(tokenWaitMs === undefined ? {} : { waitMs: tokenWaitMs }),
  });

  const connections = createConnections({ ...config.outbound, connections: 64 });
  defer("connections to trackunit", () => connections.close());
  const forward = createForward({
    apiUrl: config.trackunitUrl,
    dispatcher: connections.dispatcher,
    limiter: createRedisLimiter({ redis, namespace, of: "requests", longestDelayMs: 5_000 }),
    breaker: createCircuitBreaker({
      onChange: (circuit) => log.warn({ circuit }, "circuit to the API changed"),
    }),
    onRequest: ({ family, status, durationMs }) =>
      metrics.forwardedSeconds.observe({ family, status }, durationMs / 1_000),
  });

  const uses = createKeyUses({
    apiKeys: store.apiKeys,
    onError: (error) => log.warn({ error }, "uses of keys are not noted yet"),
  });
  defer("uses of keys", () => uses.close());

  const notes = createRequestNotes({
    requestLog: store.requestLog,
    onError: (error) => log.warn({ error }, "the request log is not written yet"),
    now,
  });
  defer("request log", () => notes.close());

  const receivers = createReceiverActions({
    store,
    sealSecret: config.sealingPublicKey && (await createSealFor(config.sealingPublicKey, "notify-secret")),
    checkUrl: (address) => checkGuardedUrl(address, { allowPrivate: config.notifyAnyAddress }),
    now,
  });

  const ops = createOpsServer({
    metrics,
    checks: {
      // The one queue that its user in Redis may write to.
      redis: () => proveWrite(redis, [redisKeys(namespace).queueProbe("prewarm")]),
      mongodb: () => store.proveWrite("api"),
    },
  });
  defer("ops server", () => ops.close());

  const app = await createApp({
    version,
    log,
    metrics,
    store,
    findAccount: createFindAccount(store.installations),
    queues,
    tokens,
    forward,
    notes,
    receivers,
    now,
    gate: {
      knownKeys: createKnownKeys({ apiKeys: store.apiKeys }),
      uses,
      perSecond: config.keyRequestsPerSecond,
    },
  });
  defer("http server", () => app.close());
  const url = await app.listen({ host: config.host, port: config.port });
  // Last: a client that asks whether it is ready may send a request at once.
  const opsUrl = await ops.listen({ host: config.opsHost, port: config.opsPort });
  log.info({ url, opsUrl }, "API listens");
  return { url, opsUrl };
}
