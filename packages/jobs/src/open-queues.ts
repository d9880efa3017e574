// The queues of BullMQ, each opened when it is used first.

import type { RedisClient, RedisKeys } from "@fleetkeeper/redis";
import { Queue } from "bullmq";
import type { QueueTelemetry } from "./queue-telemetry.ts";
import { jobOptions, type QueueName, queueNames } from "./queues.ts";

/** On one connection, which stays the caller's. */
export function openQueues(options: {
  redis: RedisClient;
  keys: RedisKeys;
  onError: (error: Error) => void;
  telemetry: QueueTelemetry | undefined;
}): { queues: Record<QueueName, Queue>; close: () => Promise<void> } {
  const { redis, keys, onError, telemetry } = options;
  const opened = new Map<QueueName, Queue>();

  /** Only when it is asked for: an ingress may use one queue, and BullMQ writes to each that is opened. */
  function open(name: QueueName): Queue {
    const queue = new Queue(name, {
      connection: redis,
      prefix: keys.queuePrefix(name),
      defaultJobOptions: jobOptions[name],
      // Without both, a queue made before its connection is ready is refused the version, and stays so.
      skipWaitingForReady: true,
      skipVersionCheck: true,
      streams: { events: { maxLen: 1_000 } },
      ...(telemetry && name !== "dispatch" && { telemetry }),
    });
    queue.on("error", onError);
    opened.set(name, queue);
    return queue;
  }

  const queues = {} as Record<QueueName, Queue>;
  for (const name of queueNames)
    Object.defineProperty(queues, name, { enumerable: true, get: () => opened.get(name) ?? open(name) });

  return {
    queues,
    async close() {
      await Promise.all([...opened.values()].map((queue) => queue.close()));
    },
  };
}
