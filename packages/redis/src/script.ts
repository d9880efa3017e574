// A script for Redis, called by the hash of its text. The text itself goes only to a server that does not
// know it yet: after its restart, a failover, or for the first time.

import { hash } from "node:crypto";
import type { RedisClient } from "./client.ts";

/** All keys of one call must be in the same slot of a cluster. */
export type Script = (
  redis: RedisClient,
  keys: readonly string[],
  ...args: readonly (string | number)[]
) => Promise<unknown>;

/** A call rejects as `redis.eval` does. */
export function createScript(text: string): Script {
  const name = hash("sha1", text);
  return async (redis, keys, ...args) => {
    try {
      return await redis.evalsha(name, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isUnknown(error)) throw error;
      return redis.eval(text, keys.length, ...keys, ...args);
    }
  };
}

/** Redis's errors begin with their code. */
function isUnknown(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("NOSCRIPT ");
}
