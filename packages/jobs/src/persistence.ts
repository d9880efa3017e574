// Proof that what was added is on the server's disk: WAITAOF where the server has it, one wait for all jobs added before it.

import type { Redis } from "ioredis";
import { QueueUnavailableError } from "./errors.ts";

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

/**
 * A function that resolves once everything written to Redis before the call is on its disk. WAITAOF blocks its
 * connection, so `redis` must be used for nothing else. Calls that arrive during a wait share the next one.
 */
export function createDiskBarrier(
  redis: Redis,
  options: { namespace: string; timeoutMs: number },
): () => Promise<void> {
  const { namespace, timeoutMs } = options;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function wait(): Promise<void> {
    // WAITAOF covers the writes of its own connection: this one comes after all that it is to vouch for.
    const [local] = await redis
      .incr(`{${namespace}}:disk-barrier`)
      .then(() => redis.call("WAITAOF", "1", "0", String(timeoutMs)) as Promise<number[]>)
      .catch((cause: unknown) => {
        throw new QueueUnavailableError("Redis did not wait for its disk", { cause });
      });
    if (local !== 1)
      throw new QueueUnavailableError(`Redis did not confirm the write to disk within ${timeoutMs} ms`);
  }

  function start(): Promise<void> {
    const current = wait().finally(() => {
      running = undefined;
    });
    running = current;
    return current;
  }

  return () => {
    if (running === undefined) return start();
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return start();
      });
    return next;
  };
}
