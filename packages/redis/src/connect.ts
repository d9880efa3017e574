// Opens connections to Redis: one kind that fails fast, one that waits for ever. Nothing else of ours makes a
// client.

import { setTimeout as sleep } from "node:timers/promises";
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from "ioredis";
import type { RedisClient } from "./client.ts";
import { createReconnect, type Reconnect } from "./reconnect.ts";
import { parseRedisUrl, type RedisAddress } from "./redis-url.ts";

const common = {
  connectTimeout: 5_000,
  keepAlive: 10_000,
  // A server that vanished without a word (its power, its network) would otherwise be waited for until TCP
  // gives up, which takes a quarter of an hour. Above the longest time for which a queue's consumer waits for
  // a job.
  socketTimeout: 30_000,
};

/**
 * To hand in jobs, to read and to look: a command fails at once while Redis is away, and after
 * `commandTimeoutMs` (default 2 000) when Redis does not answer. The connection comes back automatically.
 * @throws RedisUrlError
 */
export function connectProducer(redisUrl: string, options: { commandTimeoutMs?: number } = {}): RedisClient {
  const { commandTimeoutMs: commandTimeout = 2_000 } = options;
  const reconnect = createReconnect({ maxMs: 2_000, sendAgain: false });
  return open(parseRedisUrl(redisUrl), reconnect, {
    options: { ...common, maxRetriesPerRequest: 0, commandTimeout },
    enableOfflineQueue: false,
    // 16 tries with 100 ms between them: over before the command's time is.
    cluster: { maxRedirections: 16, retryDelayOnFailover: 100 },
  });
}

/**
 * To take jobs: commands wait until Redis is back, and are sent again when a server said that it is no
 * master.
 * @throws RedisUrlError
 */
export function connectConsumer(redisUrl: string): RedisClient {
  const reconnect = createReconnect({ maxMs: 5_000, sendAgain: true });
  return open(parseRedisUrl(redisUrl), reconnect, {
    options: { ...common, maxRetriesPerRequest: null },
    enableOfflineQueue: true,
    // Without the ready check: where it finds a cluster that is failing over, the promise of ioredis's
    // `connect` stays open for ever, and BullMQ, which waits for it, would never take a job again. Commands
    // are sent again until the cluster serves.
    cluster: { maxRedirections: 100, retryDelayOnFailover: 500, enableReadyCheck: false },
  });
}

/** How long a closing waits for what has been sent. */
const closeMs = 1_000;

/**
 * Lets what has been sent be answered, for a second at most, and ends the connection. `quit` alone would wait
 * for a Redis that is away, and would leave ioredis's own connections to Sentinels open.
 */
export async function closeRedis(redis: RedisClient): Promise<void> {
  await Promise.race([redis.quit().catch(() => undefined), sleep(closeMs, undefined, { ref: false })]);
  redis.disconnect();
}

/** What connections of every kind take. */
type Options = Pick<
  RedisOptions,
  | "connectTimeout"
  | "keepAlive"
  | "socketTimeout"
  | "commandTimeout"
  | "maxRetriesPerRequest"
  | "reconnectOnError"
  | "username"
  | "password"
  | "tls"
>;

interface Manner {
  options: Options;
  enableOfflineQueue: boolean;
  cluster: ClusterOptions;
}

function open(address: RedisAddress, reconnect: Reconnect, manner: Manner): RedisClient {
  const { enableOfflineQueue } = manner;
  const options: Options = {
    ...manner.options,
    ...loginOf(address.username, address.password),
    ...(address.tls && { tls: { ...address.tls } }),
    reconnectOnError: reconnect.reconnectOnError,
  };
  const ofOne = { ...options, enableOfflineQueue, retryStrategy: reconnect.retryStrategy };
  switch (address.kind) {
    case "single":
      return new Redis({ ...ofOne, ...address.at, db: address.database });
    case "sentinel": {
      const { username, password } = address.sentinelLogin;
      return new Redis({
        ...ofOne,
        sentinels: address.sentinels,
        name: address.group,
        db: address.database,
        ...(username !== undefined && { sentinelUsername: username }),
        ...(password !== undefined && { sentinelPassword: password }),
        ...(address.tls && { sentinelTLS: { ...address.tls }, enableTLSForSentinelMode: true }),
        sentinelCommandTimeout: 2_000,
        sentinelRetryStrategy: reconnect.retryStrategy,
        // A master that hangs keeps its connections: the Sentinels report the new one.
        failoverDetector: true,
      });
    }
    case "cluster":
      return new Cluster(address.nodes, {
        ...manner.cluster,
        enableOfflineQueue,
        redisOptions: options,
        clusterRetryStrategy: reconnect.retryStrategy,
        slotsRefreshTimeout: 2_000,
        slotsRefreshInterval: 5_000,
        // Names are resolved at each connection, and a certificate is compared with the name, not with the
        // address.
        dnsLookup: (host, found) => found(null, host),
      });
  }
}

function loginOf(username: string | undefined, password: string | undefined): Options {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
}

/**
 * Resolves when the connection can be used; rejects with the first error after `timeoutMs` (default 10 000).
 */
export async function connected(redis: RedisClient, timeoutMs = 10_000): Promise<void> {
  if (redis.status === "ready") return;
  let lastError: unknown;
  const onError = (error: unknown) => {
    lastError = error;
  };
  redis.on("error", onError);
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`Redis did not answer within ${timeoutMs} ms`, { cause: lastError })),
        timeoutMs,
      );
      redis.once("ready", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  } finally {
    redis.off("error", onError);
  }
}
