// How the queues stand at this moment, read once for pages, command line and doctor.

import { type QueueName, type QueueSet, queueNames } from "@fleetkeeper/jobs";

/** One queue at one moment: numbers of jobs, and for how long the first has waited. */
export interface QueueState {
  queue: QueueName;
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
  completed: number;
  paused: boolean;
  /**
   * When the job that has waited longest was added, health probes at the head of the queue passed over; null
   * when none waits.
   */
  oldestWaitingAt: Date | null;
  /**
   * Connected workers; null where the server does not tell its connections (managed ones forbid CLIENT LIST).
   */
  workers: number | null;
}

/** In the order of `queueNames`. Rejects when Redis does not answer. */
export async function readQueueStates(queueSet: QueueSet): Promise<QueueState[]> {
  return Promise.all(queueNames.map((name) => stateOf(queueSet, name)));
}

async function stateOf(queueSet: QueueSet, name: QueueName): Promise<QueueState> {
  const queue = queueSet.queues[name];
  const [counts, paused, oldestWaitingAt, workers] = await Promise.all([
    queue.getJobCounts("waiting", "prioritized", "active", "delayed", "failed", "completed"),
    queue.isPaused(),
    queueSet.oldestWaitingAt(name),
    queue.getWorkersCount().catch(() => null),
  ]);
  const of = (state: string) => counts[state] ?? 0;
  return {
    queue: name,
    waiting: of("waiting") + of("prioritized"),
    active: of("active"),
    delayed: of("delayed"),
    failed: of("failed"),
    completed: of("completed"),
    paused,
    oldestWaitingAt: oldestWaitingAt ?? null,
    workers,
  };
}
