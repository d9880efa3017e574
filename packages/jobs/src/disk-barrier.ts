// Proof that what was added is on the server's disk: WAITAOF, one wait for all jobs added before it.

import type { Redis } from "ioredis";
import { QueueUnavailableError } from "./errors.ts";
import { queuePrefix } from "./queues.ts";

/** While one wait is under way, the next gathers callers for this long. */
const gatherMs = 250;

/**
 * A function that resolves once everything written to Redis before the call is on its disk; rejects with
 * QueueUnavailableError. Callers share waits. WAITAOF blocks its connection, so the connections must be used for nothing
 * else. Several of them matter where `appendfsync` is `everysec`: a caller that comes during a wait then gets the same
 * flush as those before it, and not the one a second later.
 */
export function createDiskBarrier(
  connections: readonly Redis[],
  options: { namespace: string; timeoutMs: number },
): () => Promise<void> {
  const { namespace, timeoutMs } = options;
  const free = [...connections];
  let gathering: PromiseWithResolvers<void> | undefined;
  let timerRuns = false;
  let startedAtMs = Number.NEGATIVE_INFINITY;

  async function wait(redis: Redis): Promise<void> {
    // WAITAOF covers the writes of its own connection: this one comes after all that it is to vouch for, and goes to the
    // same node of a cluster.
    const [local] = await redis
      .incr(`${queuePrefix(namespace, "install")}:disk-barrier`)
      .then(() => redis.call("WAITAOF", "1", "0", String(timeoutMs)) as Promise<number[]>)
      .catch((cause: unknown) => {
        throw new QueueUnavailableError("Redis did not wait for its disk", { cause });
      });
    if (local !== 1)
      throw new QueueUnavailableError(`Redis did not confirm the write to disk within ${timeoutMs} ms`);
  }

  function startIfDue(): void {
    const redis = free.at(-1);
    if (gathering === undefined || redis === undefined) return;
    const restMs = free.length === connections.length ? 0 : startedAtMs + gatherMs - performance.now();
    if (restMs > 0) {
      if (!timerRuns) setTimeout(startLater, restMs);
      timerRuns = true;
      return;
    }
    const { resolve, reject } = gathering;
    gathering = undefined;
    startedAtMs = performance.now();
    free.pop();
    wait(redis)
      .then(resolve, reject)
      .finally(() => {
        free.push(redis);
        startIfDue();
      });
  }

  function startLater(): void {
    timerRuns = false;
    startIfDue();
  }

  return () => {
    gathering ??= Promise.withResolvers();
    const { promise } = gathering;
    startIfDue();
    return promise;
  };
}
