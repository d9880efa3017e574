// How many jobs wait in each queue, and for how long.

import type { Job, Queue } from "bullmq";
import type { QueueName } from "./queues.ts";
import { taken } from "./taken.ts";

/** Of the jobs at a queue's head this many may be probes, which are younger than what waits behind them. */
const mayBeProbes = 20;

/** How many jobs a queue has, and how old they are. */
export interface QueueLengths {
  /** When the oldest job that waits for a worker was added; undefined where none waits. */
  oldestWaitingAt(name: QueueName): Promise<Date | undefined>;
  /** When the oldest job was added that waits, runs or is to be tried again; undefined: there is none. */
  oldestAt(name: QueueName): Promise<Date | undefined>;
  /** Jobs that wait or run. */
  backlog(name: QueueName): Promise<number>;
  /** Jobs that wait for a worker: the dispatcher adds no more than a bounded number. */
  waiting(name: QueueName): Promise<number>;
}

/** Reads the queues as they are now. */
export function createQueueLengths(queues: Record<QueueName, Queue>): QueueLengths {
  return {
    async oldestWaitingAt(name) {
      return oldestOf(await queues[name].getJobs(["waiting"], 0, mayBeProbes, true));
    },

    async oldestAt(name) {
      const waiting = await queues[name].getJobs(["waiting"], 0, mayBeProbes, true);
      return oldestOf([...waiting, ...(await queues[name].getJobs(["active", "delayed"]))]);
    },

    async backlog(name: QueueName): Promise<number> {
      const {
        waiting = 0,
        active = 0,
        prioritized = 0,
        delayed = 0,
      } = await taken(queues[name].getJobCounts("waiting", "active", "prioritized", "delayed"));
      return waiting + active + prioritized + delayed;
    },

    async waiting(name) {
      const { waiting = 0, prioritized = 0 } = await taken(
        queues[name].getJobCounts("waiting", "prioritized"),
      );
      return waiting + prioritized;
    },
  };
}

function oldestOf(jobs: readonly Job[]): Date | undefined {
  return jobs.length === 0 ? undefined : new Date(Math.min(...jobs.map(({ timestamp }) => timestamp)));
}
