// Looks through all keys: for tests and for a person at the keyboard, never for what runs.

import { mastersOf, type RedisClient } from "./client.ts";

/**
 * The keys that fit the pattern (https://redis.io/docs/latest/commands/keys/), of all masters. Costs a look
 * at every key.
 */
export async function findKeys(redis: RedisClient, pattern: string): Promise<string[]> {
  const each = await Promise.all(mastersOf(redis).map((one) => one.keys(pattern)));
  return each.flat();
}
