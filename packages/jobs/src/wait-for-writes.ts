// Waits until a queue's server has what was written on its disk, on its replicas, or both: WAITAOF and WAIT.

import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import { QueueUnavailableError } from "./errors.ts";
import type { QueueName } from "./queues.ts";

/** What has to have a write before it counts. */
export interface SafetyOfWrites {
  /** On the server's disk; needs WAITAOF (Redis from 7.2, Valkey). */
  disk: boolean;
  /** How many replicas must have it as well: on their disks with `disk`, else in their memory. */
  replicas: number;
  /** From 1 ms; then it counts as not confirmed. */
  timeoutMs: number;
}

/**
 * Resolves once everything that was added to the queue before the call is as safe as asked. The server holds
 * the connection up for as long, so it must be used for nothing else.
 * @throws QueueUnavailableError when it was not confirmed in time. What was written stays written.
 */
export async function waitForWrites(
  redis: RedisClient,
  { namespace, queue }: { namespace: string; queue: QueueName },
  safety: SafetyOfWrites,
): Promise<void> {
  const { disk, replicas, timeoutMs } = safety;
  if (!disk && replicas === 0) return;
  const command = disk ? ["WAITAOF", "1", replicas, timeoutMs] : ["WAIT", replicas, timeoutMs];
  // A wait covers the writes of its own connection: this counter is written after all that it vouches for. As
  // one pipeline both reach the same node of a cluster, the one that has the queue.
  const pipeline = redis.pipeline().incr(redisKeys(namespace).writeBarrier(queue));
  const answers = await pipeline
    .call(...(command as [string, ...string[]]))
    .exec()
    .catch(unavailable);
  const cause = answers?.find(([error]) => error !== null)?.[0];
  if (cause) unavailable(cause);
  const reply = answers?.[1]?.[1];
  const [local, onReplicas] = Array.isArray(reply) ? reply.map(Number) : [0, Number(reply)];
  if ((disk && local !== 1) || (onReplicas ?? 0) < replicas)
    throw new QueueUnavailableError(
      `Redis did not confirm the write ${disk ? "to disk " : ""}within ${timeoutMs} ms: ${onReplicas} of ${replicas} replicas have it`,
    );
}

function unavailable(cause: unknown): never {
  throw new QueueUnavailableError("Redis did not wait for its disk or its replicas", { cause });
}
