// What the servers promise about their disk and their memory; of a cluster's masters, what the weakest of
// them promises.

import type { Redis } from "ioredis";
import { mastersOf, type RedisClient } from "./client.ts";

/**
 * - `confirmed`: the server has WAITAOF, and we wait for it;
 * - `server-policy`: it has an append-only file but no WAITAOF (Redis before 7.2): `appendfsync` decides how
 *   soon it is on disk;
 * - `none`: no append-only file: a crash of Redis loses what waits in it.
 */
export type Persistence = "confirmed" | "server-policy" | "none";

const weakestFirst = ["none", "server-policy", "confirmed"] as const;

/** Asks the servers what they can promise. What INFO does not say counts as append-only. */
export async function persistenceOf(redis: RedisClient): Promise<Persistence> {
  const each = await Promise.all(mastersOf(redis).map(persistenceOfServer));
  return weakestFirst.find((persistence) => each.includes(persistence)) ?? "none";
}

/** `maxmemory-policy`, which must be `noeviction` for a queue; undefined where INFO does not say it. */
export async function evictionPolicyOf(redis: RedisClient): Promise<string | undefined> {
  const each = await Promise.all(mastersOf(redis).map((one) => infoValue(one, "memory", "maxmemory_policy")));
  return each.find((policy) => policy !== undefined && policy !== "noeviction") ?? each[0];
}

async function persistenceOfServer(redis: Redis): Promise<Persistence> {
  const appendOnly = (await infoValue(redis, "persistence", "aof_enabled")) ?? "1";
  if (appendOnly !== "1") return "none";
  const [command] = (await redis.call("COMMAND", "INFO", "waitaof")) as unknown[];
  return command ? "confirmed" : "server-policy";
}

/** From INFO, which every user of ours may ask, and not from CONFIG, which shows passwords. */
async function infoValue(redis: Redis, section: string, name: string): Promise<string | undefined> {
  try {
    return new RegExp(`^${name}:(\\S+)`, "m").exec(await redis.info(section))?.[1];
  } catch {
    return undefined;
  }
}
