// A lock in Redis that only its owner can release.

import { randomUUID } from "node:crypto";
import { createScript, type RedisClient } from "@fleetkeeper/redis";

/** Deletes the lock only while it still holds the owner's mark: a plain DEL could free another's lock. */
const release = createScript(
  `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) else return 0 end`,
);

/**
 * @returns a function that releases the lock, or undefined when another owner holds it. The lock ends
 * automatically after `lifeMs`.
 */
export async function tryLock(
  redis: RedisClient,
  key: string,
  lifeMs: number,
): Promise<(() => Promise<void>) | undefined> {
  const owner = randomUUID();
  if ((await redis.set(key, owner, "PX", lifeMs, "NX")) !== "OK") return undefined;
  return async () => {
    await release(redis, [key], owner);
  };
}
