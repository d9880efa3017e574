// Taking jobs from one queue: runs the handler, and carries out what `retry.ts` decided when it failed.

import { setTimeout as sleep } from "node:timers/promises";
import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import { DelayedError, type Job, Worker } from "bullmq";
import type { QueueTelemetry } from "./queue-telemetry.ts";
import { type Payloads, probeName, type QueueName } from "./queues.ts";

/**
 * What becomes of a job whose handler threw. `retry` uses up an attempt, `later` does not, `never` ends as
 * failed.
 */
export type Verdict =
  | { action: "retry"; delayMs: number }
  | { action: "later"; at: Date }
  | { action: "never" };

/** What a handler gets. `signal` aborts when the worker stops and the job should hand back what is left. */
export interface Task<Name extends QueueName> {
  id: string;
  payload: Payloads[Name];
  addedAt: Date;
  /** Starts so far, this one included. */
  attempt: number;
  signal: AbortSignal;
  /** What the job carries from now on, also when it is started again. */
  replacePayload: (payload: Payloads[Name]) => Promise<void>;
}

/** How one process takes the jobs of one queue. */
export interface ConsumeOptions<Name extends QueueName> {
  queue: Name;
  redis: RedisClient;
  namespace: string;
  concurrency: number;
  /** What it returns is the job's result on the board: no secret. */
  handle: (task: Task<Name>) => Promise<unknown>;
  decide: (error: unknown, attempt: number) => Verdict;
  /** Connection errors, which heal automatically. */
  onError: (error: Error) => void;
  /** After each start of a job. */
  onSettled?: (result: {
    jobId: string;
    payload: Payloads[Name];
    durationMs: number;
    verdict: Verdict["action"] | "done";
    error?: unknown;
  }) => void;
  /** A job whose worker, this one or another, stopped renewing its lock, and which is started again. */
  onStalled?: (jobId: string) => void;
  telemetry?: QueueTelemetry | undefined;
  /** How long a job may seem dead; another worker takes it within a third more. Default 10 000. */
  lockDurationMs?: number;
}

/** A running consumer, until it is closed. */
export interface Consumer {
  /**
   * Stops taking jobs, aborts the running ones' signal after `graceMs`, waits for them. Where Redis is away,
   * it is not waited for until it is back: a job whose end could not be noted is another worker's when its
   * lock has expired.
   */
  close(graceMs: number): Promise<void>;
  isRunning(): boolean;
  /** How far it has come: for a proof that it takes jobs, and not only seems to. */
  progress(): Progress;
}

/** For Redis to note the end of jobs that have ended; and to say that there is nothing to take. */
const noteEndsMs = 2_000;

/** What a health check looks at: whether jobs are taken. */
export interface Progress {
  /**
   * When it last took or ended a job, a probe included, by `performance.now()`; -Infinity before the first.
   */
  lastAtMs: number;
  /** All its places are taken. */
  isFull: boolean;
}

/**
 * How often a job whose worker died in the middle is started again; then it fails. What was accepted with 202
 * is never given up: an install or a webhook, however often; nor what an operator wants forgotten. The others
 * are triggers for what MongoDB holds, and one that kills its worker must end. A job of syncs is started more
 * often than those, because it is over soon and the syncs that were started before are not started again.
 */
const startsAfterDeath: Record<QueueName, number> = {
  install: Number.MAX_SAFE_INTEGER,
  forget: Number.MAX_SAFE_INTEGER,
  prewarm: 1,
  dispatch: 1,
  sync: 5,
  webhook: Number.MAX_SAFE_INTEGER,
  // What it tells may be told twice, and its lane is due again.
  notify: 5,
};

/** Takes jobs from now on until `close`, `concurrency` at a time. */
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
    onStalled,
    telemetry,
    lockDurationMs = 10_000,
  } = options;
  const stop = new AbortController();
  let running = 0;
  let endWaiting: (() => void) | undefined;
  let lastAtMs = Number.NEGATIVE_INFINITY;
  /** What was decided about an error, so that BullMQ carries out what was reported. */
  const verdicts = new WeakMap<object, Verdict>();

  async function process(job: Job<Payloads[Name]>, token?: string): Promise<unknown> {
    lastAtMs = performance.now();
    if (job.name === probeName) return;
    running++;
    try {
      return await carryOut(job, token);
    } finally {
      running--;
      if (running === 0) endWaiting?.();
      lastAtMs = performance.now();
    }
  }

  async function carryOut(job: Job<Payloads[Name]>, token?: string): Promise<unknown> {
    const startedAt = Date.now();
    const settled = (verdict: Verdict["action"] | "done", error?: unknown) =>
      onSettled?.({
        jobId: job.id ?? "",
        payload: job.data,
        durationMs: Date.now() - startedAt,
        verdict,
        error,
      });
    try {
      const result = await handle({
        id: job.id ?? "",
        payload: job.data,
        addedAt: new Date(job.timestamp),
        attempt: job.attemptsMade + 1,
        signal: stop.signal,
        replacePayload: (payload) => job.updateData(payload),
      });
      settled("done");
      return result;
    } catch (error) {
      const verdict = decide(error, job.attemptsMade + 1);
      if (error instanceof Error) verdicts.set(error, verdict);
      settled(verdict.action, error);
      if (verdict.action !== "later") throw error;
      await job.moveToDelayed(verdict.at.getTime(), token);
      throw new DelayedError();
    }
  }

  const worker = new Worker<Payloads[Name]>(queue, process, {
    connection: redis,
    prefix: redisKeys(namespace).queuePrefix(queue),
    concurrency,
    lockDuration: lockDurationMs,
    ...(telemetry && { telemetry }),
    // After an error of Redis; BullMQ's own 15 s would be most of a failover.
    runRetryDelay: 2_000,
    stalledInterval: Math.max(1_000, Math.floor(lockDurationMs / 3)),
    maxStalledCount: startsAfterDeath[queue],
    settings: {
      backoffStrategy: (attemptsMade, _type, error) => {
        const verdict = (error && verdicts.get(error)) ?? decide(error, attemptsMade);
        return verdict.action === "retry" ? verdict.delayMs : -1;
      },
    },
  });
  worker.on("error", onError);
  worker.on("stalled", (jobId) => onStalled?.(jobId));

  return {
    isRunning: () => worker.isRunning(),
    progress: () => ({ lastAtMs, isFull: running >= concurrency }),
    async close(graceMs) {
      const timer = setTimeout(() => stop.abort(), graceMs);
      const allEnded = new Promise<void>((resolve) => {
        endWaiting = resolve;
        if (running === 0) resolve();
      });
      const tooLong = allEnded.then(() => sleep(noteEndsMs, "too long", { ref: false }));
      if ((await Promise.race([worker.close(), tooLong])) === "too long")
        onError(new Error(`redis does not answer: queue ${queue} is left as it is`));
      clearTimeout(timer);
    },
  };
}
