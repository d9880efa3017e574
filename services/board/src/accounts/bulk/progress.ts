// How far actions on many accounts got: in Redis, so that each board shows it, whichever carries it out.

import { randomUUID } from "node:crypto";
import { QueueUnavailableError } from "@fleetkeeper/jobs";
import type { BulkOutcome } from "@fleetkeeper/operator";
import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import type { BulkRequest } from "./request.ts";

/** One action on many accounts. Instants are ISO 8601. */
export interface BulkProgress {
  who: string;
  request: BulkRequest;
  /** Accounts that were planned. */
  accounts: number;
  outcome: BulkOutcome;
  startedAt: string;
  /** When this was written. */
  at: string;
  /** Absent while it is carried out. */
  endedAt?: string;
  /** What ended it before it was through. */
  endedBy?: "cancel" | "stop" | undefined;
  /** Why it broke off, where it did. */
  code?: string;
}

/** So long it is shown; the audit log keeps how it ended. */
const keptMs = 24 * 3_600_000;

export type BulkProgresses = ReturnType<typeof createBulkProgresses>;

/** Of this namespace. */
export function createBulkProgresses(redis: RedisClient, namespace: string) {
  const keyOf = (id: string) => redisKeys(namespace).bulkAction(id);

  return {
    /**
     * @returns under which id it is found.
     * @throws QueueUnavailableError
     */
    async add(progress: BulkProgress): Promise<string> {
      const id = randomUUID();
      await write(id, progress).catch((cause: unknown) => {
        throw new QueueUnavailableError("Redis did not accept the action", { cause });
      });
      return id;
    },

    /** @returns whether it was cancelled. */
    write,

    async read(id: string): Promise<BulkProgress | undefined> {
      const text = await redis.hget(keyOf(id), "progress");
      return text === null ? undefined : (JSON.parse(text) as BulkProgress);
    },

    /** Anyone who carries it out ends it with what has been begun. */
    async cancel(id: string): Promise<void> {
      await redis.hset(keyOf(id), "cancelled", "1");
    },
  };

  async function write(id: string, progress: BulkProgress): Promise<boolean> {
    const key = keyOf(id);
    const results = await redis
      .multi()
      .hset(key, "progress", JSON.stringify(progress))
      .pexpire(key, keptMs)
      .hexists(key, "cancelled")
      .exec();
    for (const [error] of results ?? []) if (error !== null) throw error;
    return results?.at(-1)?.[1] === 1;
  }
}
