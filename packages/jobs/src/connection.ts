// Redis connections as BullMQ needs them: one that fails fast to add jobs, one that waits for ever to take them.

import { Redis } from "ioredis";

const common = { connectTimeout: 5_000, keepAlive: 10_000 };

/**
 * To add jobs and to look at queues: a command fails at once while Redis is away, and after `commandTimeoutMs` (default 2 000)
 * when Redis does not answer. It reconnects by itself.
 */
export function connectProducer(redisUrl: string, options: { commandTimeoutMs?: number } = {}): Redis {
  return new Redis(redisUrl, {
    ...common,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: options.commandTimeoutMs ?? 2_000,
    retryStrategy: (attempt) => Math.min(100 * 2 ** attempt, 2_000),
  });
}

/** To take jobs: commands wait until Redis is back. */
export function connectConsumer(redisUrl: string): Redis {
  return new Redis(redisUrl, {
    ...common,
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(100 * 2 ** attempt, 5_000),
  });
}

/** Resolves when the connection can be used; rejects with the first error after `timeoutMs` (default 10 000). */
export async function connected(redis: Redis, timeoutMs = 10_000): Promise<void> {
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
