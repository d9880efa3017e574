// Taking jobs from one queue: runs the handler, and carries out what `retry.ts` decided when it failed.

import { DelayedError, type Job, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { type Payloads, type QueueName, queuePrefix } from "./queues.ts";

/** What becomes of a job whose handler threw. `retry` uses up an attempt, `later` does not, `never` ends as failed. */
export type Verdict =
  | { action: "retry"; delayMs: number }
  | { action: "later"; at: Date }
  | { action: "never" };

/** What a handler gets. `signal` aborts when the worker stops and the job should hand back what is left. */
export interface Task<Name extends QueueName> {
  id: string;
  payload: Payloads[Name];
  /** Starts so far, this one included. */
  attempt: number;
  signal: AbortSignal;
}

export interface ConsumeOptions<Name extends QueueName> {
  queue: Name;
  redis: Redis;
  namespace: string;
  concurrency: number;
  /** What it returns is the job's result on the board: no secret. */
  handle: (task: Task<Name>) => Promise<unknown>;
  decide: (error: unknown, attempt: number) => Verdict;
  /** Connection errors, which heal by themselves. */
  onError: (error: Error) => void;
  /** After each start of a job. */
  onSettled?: (result: {
    jobId: string;
    durationMs: number;
    verdict: Verdict["action"] | "done";
    error?: unknown;
  }) => void;
  /** How long a job may seem dead before another worker takes it. Default 30 000. */
  lockDurationMs?: number;
}

export interface Consumer {
  /** Stops taking jobs, aborts the running ones' signal after `graceMs`, waits for them. */
  close(graceMs: number): Promise<void>;
  isRunning(): boolean;
}

export function consume<Name extends QueueName>(options: ConsumeOptions<Name>): Consumer {
  const {
    queue,
    redis,
    namespace,
    concurrency,
    handle,
    decide,
    onError,
    onSettled,
    lockDurationMs = 30_000,
  } = options;
  const stop = new AbortController();

  async function process(job: Job<Payloads[Name]>, token?: string): Promise<unknown> {
    const startedAt = Date.now();
    const settled = (verdict: Verdict["action"] | "done", error?: unknown) =>
      onSettled?.({ jobId: job.id ?? "", durationMs: Date.now() - startedAt, verdict, error });
    try {
      const attempt = job.attemptsMade + 1;
      const result = await handle({ id: job.id ?? "", payload: job.data, attempt, signal: stop.signal });
      settled("done");
      return result;
    } catch (error) {
      const verdict = decide(error, job.attemptsMade + 1);
      settled(verdict.action, error);
      if (verdict.action !== "later") throw error;
      await job.moveToDelayed(verdict.at.getTime(), token);
      throw new DelayedError();
    }
  }

  const worker = new Worker<Payloads[Name]>(queue, process, {
    connection: redis,
    prefix: queuePrefix(namespace, queue),
    concurrency,
    lockDuration: lockDurationMs,
    stalledInterval: Math.max(1_000, lockDurationMs / 2),
    settings: {
      backoffStrategy: (attemptsMade, _type, error) => {
        const verdict = decide(error, attemptsMade);
        return verdict.action === "retry" ? verdict.delayMs : -1;
      },
    },
  });
  worker.on("error", onError);

  return {
    isRunning: () => worker.isRunning(),
    async close(graceMs) {
      const timer = setTimeout(() => stop.abort(), graceMs);
      await worker.close();
      clearTimeout(timer);
    },
  };
}
