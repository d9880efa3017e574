// Proof that Redis takes writes: a replica, a full one and one whose disk fails all answer a PING.

import type { RedisClient } from "./client.ts";

const keptMs = 60_000;

/**
 * Writes each of these small keys, which expire after a minute. Rejects when a server does not take the
 * write.
 */
export async function proveWrite(redis: RedisClient, keys: readonly string[]): Promise<void> {
  await Promise.all(keys.map((key) => redis.set(key, "", "PX", keptMs)));
}
