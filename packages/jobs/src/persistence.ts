// What a Redis server promises about its disk and its memory.

import type { Redis } from "ioredis";

/**
 * - `confirmed`: the server has WAITAOF, and we wait for it;
 * - `server-policy`: it has an append-only file but no WAITAOF (Redis before 7.2): `appendfsync` decides how soon it is on disk;
 * - `none`: no append-only file: a crash of Redis loses what waits in it.
 */
export type Persistence = "confirmed" | "server-policy" | "none";

/** Asks the server what it can promise. Settings that cannot be read (managed servers forbid CONFIG) count as append-only. */
export async function persistenceOf(redis: Redis): Promise<Persistence> {
  const appendOnly = (await configValue(redis, "appendonly")) ?? "yes";
  if (appendOnly !== "yes") return "none";
  const [command] = (await redis.call("COMMAND", "INFO", "waitaof")) as unknown[];
  return command ? "confirmed" : "server-policy";
}

/** `maxmemory-policy`, which must be `noeviction` for a queue; undefined where CONFIG is forbidden. */
export async function evictionPolicyOf(redis: Redis): Promise<string | undefined> {
  return configValue(redis, "maxmemory-policy");
}

async function configValue(redis: Redis, name: string): Promise<string | undefined> {
  try {
    const [, value] = (await redis.call("CONFIG", "GET", name)) as string[];
    return value;
  } catch {
    return undefined;
  }
}
