// Counts of all accounts, which cost most where there are many: taken at most every 30 s by one worker, and shared through Redis.

import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import type { Store } from "@fleetkeeper/store";

const validMs = 30_000;

export interface Census {
  /** By state. */
  installations: Record<string, number>;
  /** Of the active ones, by how long the access token is good. */
  tokens: Record<string, number>;
  /** By how they do; absent in the census of a worker from before. */
  webhookEndpoints?: Record<string, number>;
}

/** Two workers that are asked at the same moment may both count; they come to the same. */
export function createTakeCensus(options: {
  store: Store;
  redis: RedisClient;
  namespace: string;
  now: () => Date;
}): () => Promise<Census> {
  const { store, redis, namespace, now } = options;
  const key = redisKeys(namespace).census();
  return async () => {
    const known = await redis.get(key);
    if (known !== null) return JSON.parse(known);
    const census: Census = {
      installations: await store.installations.countByState(),
      tokens: await store.installations.countByTokenLeft(now()),
      webhookEndpoints: await store.webhookEndpoints.countByStanding(now()),
    };
    await redis.set(key, JSON.stringify(census), "PX", validMs);
    return census;
  };
}
