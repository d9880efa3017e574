// Counts of all accounts, which cost most where there are many: taken at most every 30 s by one worker, and
// shared through Redis.

import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import type { Store } from "@fleetkeeper/store";

const validMs = 30_000;

export interface AccountCounts {
  /** By state. */
  installations: Record<string, number>;
  /** Of the active ones, by how long the access token is good. */
  tokens: Record<string, number>;
  /** By how they do; absent in the counts of a worker from before. */
  webhookEndpoints?: Record<string, number>;
}

/** Two workers that are asked at the same moment may both count; they come to the same. */
export function createCountAccounts(options: {
  store: Store;
  redis: RedisClient;
  namespace: string;
  now: () => Date;
}): () => Promise<AccountCounts> {
  const { store, redis, namespace, now } = options;
  const key = redisKeys(namespace).accountCounts();
  return async () => {
    const known = await redis.get(key);
    if (known !== null) return JSON.parse(known);
    const counts: AccountCounts = {
      installations: await store.installations.countByState(),
      tokens: await store.installations.countByTokenLeft(now()),
      webhookEndpoints: await store.webhookEndpoints.countByStanding(now()),
    };
    await redis.set(key, JSON.stringify(counts), "PX", validMs);
    return counts;
  };
}
