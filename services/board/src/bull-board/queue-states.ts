// How the queues stand at this moment.

import type { QueueName, QueueSet } from "@fleetkeeper/jobs";

export interface QueueState {
  name: QueueName;
  paused: boolean;
  /** Connected workers; undefined where Redis does not tell (managed servers forbid CLIENT LIST). */
  workers: number | undefined;
  counts: { waiting: number; active: number; delayed: number; failed: number; completed: number };
}

/** Rejects when Redis does not answer. */
export async function readQueueStates(queueSet: QueueSet): Promise<QueueState[]> {
  return Promise.all(
    Object.entries(queueSet.queues).map(async ([name, queue]) => {
      const [counts, paused, workers] = await Promise.all([
        queue.getJobCounts("waiting", "prioritized", "active", "delayed", "failed", "completed"),
        queue.isPaused(),
        queue.getWorkersCount().catch(() => undefined),
      ]);
      const count = (state: string) => counts[state] ?? 0;
      return {
        name: name as QueueName,
        paused,
        workers,
        counts: {
          waiting: count("waiting") + count("prioritized"),
          active: count("active"),
          delayed: count("delayed"),
          failed: count("failed"),
          completed: count("completed"),
        },
      };
    }),
  );
}
