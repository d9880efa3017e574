// How the queues stand at this moment.

import type { QueueName, QueueSet } from "@fleetkeeper/jobs";
import type { Queue } from "bullmq";

export interface QueueState {
  name: QueueName;
  paused: boolean;
  /** Connected workers; undefined where Redis does not tell (managed servers forbid CLIENT LIST). */
  workers: number | undefined;
  /** How long the job that has waited longest has been there; undefined when none waits. */
  oldestWaitingMs?: number | undefined;
  counts: { waiting: number; active: number; delayed: number; failed: number; completed: number };
}

/** Rejects when Redis does not answer. */
export async function readQueueStates(queueSet: QueueSet): Promise<QueueState[]> {
  return Promise.all(
    Object.entries(queueSet.queues).map(async ([name, queue]) => {
      const [counts, paused, workers, oldest] = await Promise.all([
        queue.getJobCounts("waiting", "prioritized", "active", "delayed", "failed", "completed"),
        queue.isPaused(),
        queue.getWorkersCount().catch(() => undefined),
        oldestWaitingMsOf(queue),
      ]);
      const count = (state: string) => counts[state] ?? 0;
      return {
        name: name as QueueName,
        paused,
        workers,
        oldestWaitingMs: oldest,
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

async function oldestWaitingMsOf(queue: Queue): Promise<number | undefined> {
  const oldestFirst = true;
  const [oldest] = await queue.getJobs(["waiting"], 0, 0, oldestFirst);
  return oldest === undefined ? undefined : Math.max(0, Date.now() - oldest.timestamp);
}
