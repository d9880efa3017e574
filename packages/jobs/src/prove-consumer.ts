// Proof that a consumer takes jobs: seeming to be alive is not enough, for a connection that came back may
// wait for ever.

import { setTimeout as sleep } from "node:timers/promises";
import type { Consumer } from "./consume.ts";
import { ConsumerIdleError, ConsumerStoppedError, QueueUnavailableError } from "./errors.ts";
import type { QueueSet } from "./queue-set.ts";
import type { QueueName } from "./queues.ts";

/** Which consumer of which queue, and how long the proof may take. */
export interface ProofOptions {
  queues: Pick<QueueSet, "addProbe" | "queues">;
  queue: QueueName;
  consumer: Consumer;
  /** Of this process: not more than one probe of it waits in a queue. */
  processId: string;
  /** Default 5 000. */
  withinMs?: number;
  /**
   * A consumer whose places are all taken is believed to be busy for so long without a beginning or an end.
   * Default 120 000.
   */
  maxBusyMs?: number;
}

/** Pauses between probes: an idle worker takes one in a few milliseconds, and they take turns. */
const paceMs = 20;

/**
 * Adds probes to the consumer's queue until it has taken a job. Other workers take probes too, in turn, so
 * that with many of them it takes several. A queue that an operator paused proves nothing, and is no fault of
 * the worker.
 * @throws ConsumerStoppedError, ConsumerIdleError, or QueueUnavailableError when Redis takes no probe.
 */
export async function proveConsumer(options: ProofOptions): Promise<"taken" | "busy" | "paused"> {
  const { queues, queue, consumer, processId, withinMs = 5_000, maxBusyMs = 120_000 } = options;
  const startedAtMs = performance.now();
  const answered = async <T>(command: Promise<T>) =>
    command.catch((cause: unknown) => {
      throw new QueueUnavailableError("Redis did not take a probe", { cause });
    });
  if (await answered(queues.queues[queue].isPaused())) return "paused";
  while (performance.now() - startedAtMs < withinMs) {
    if (!consumer.isRunning()) throw new ConsumerStoppedError(`the consumer of queue ${queue} has stopped`);
    const { lastAtMs, isFull } = consumer.progress();
    if (lastAtMs >= startedAtMs) return "taken";
    if (isFull && lastAtMs > startedAtMs - maxBusyMs) return "busy";
    await answered(queues.addProbe(queue, `probe-${processId}`));
    await sleep(paceMs);
  }
  throw new ConsumerIdleError(`the consumer of queue ${queue} took no job within ${withinMs} ms`);
}
