// Taking jobs of the queues, with what every job has: its trace, its metrics, its line in the log, its end
// when the worker stops.

import {
  type Consumer,
  consume,
  type loadQueueTelemetry,
  type QueueName,
  type Task,
} from "@fleetkeeper/jobs";
import type { RedisClient } from "@fleetkeeper/redis";
import { type Log, type Traces, withoutSecrets } from "@fleetkeeper/telemetry";
import type { InstallTraces } from "./install-traces.ts";
import type { WorkerMetrics } from "./metrics.ts";
import { decideJob } from "./retry.ts";
import { installationOf, traceJobs } from "./trace-jobs.ts";

/**
 * How long running work may continue after the worker was told to stop; then it is asked to hand back what is
 * left.
 */
export const graceMs = 10_000;

export function createTakeJobs(options: {
  redis: RedisClient;
  namespace: string;
  log: Log;
  metrics: WorkerMetrics;
  traces: Traces;
  installTraces: InstallTraces;
  telemetry: Awaited<ReturnType<typeof loadQueueTelemetry>> | undefined;
  onError: (error: Error) => void;
}) {
  const { redis, namespace, log, metrics, traces, installTraces, telemetry, onError } = options;
  const closers: (() => Promise<void>)[] = [];

  function take<Name extends QueueName>(
    queue: Name,
    concurrency: number,
    handle: (task: Task<Name>) => Promise<unknown>,
    how = { graceMs },
  ): Consumer {
    metrics.jobsStalled.inc({ queue }, 0);
    const consumer = consume({
      queue,
      concurrency,
      handle: traceJobs(queue, withCleanErrors(handle), { traces, installTraces }),
      redis,
      namespace,
      decide: decideJob,
      onError,
      telemetry: queue === "dispatch" ? undefined : telemetry,
      onStalled: (jobId) => {
        metrics.jobsStalled.inc({ queue });
        log.warn({ queue, jobId }, "job stalled");
      },
      onSettled: ({ jobId, payload, durationMs, verdict, error }) => {
        metrics.jobs.observe({ queue, outcome: verdict }, durationMs / 1_000);
        const fields = { queue, jobId, installationId: installationOf(payload), durationMs };
        if (error !== undefined) log.error({ ...fields, verdict, error }, "job failed");
        else log.debug(fields, "job done");
      },
    });
    closers.push(() => consumer.close(how.graceMs));
    return consumer;
  }

  /** All queues at once: each has the whole time for its jobs. */
  const close = () => Promise.all(closers.map((closeOne) => closeOne()));
  return { take, close };
}

/** BullMQ keeps the text of a job's error in Redis and shows it on the board. */
function withCleanErrors<Given, Result>(handle: (given: Given) => Promise<Result>) {
  return (given: Given): Promise<Result> =>
    handle(given).catch((error: unknown) => {
      throw withoutSecrets(error);
    });
}
