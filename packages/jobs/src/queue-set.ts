// All queues from the producing side: to add jobs, and for the board and the CLI to look at them.

import type { InstallationId, SealedCallback, WebhookDelivery } from "@fleetkeeper/model";
import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import { type Job, Queue } from "bullmq";
import { forgetSeenCallbacks } from "./callback-inbox.ts";
import { QueueUnavailableError } from "./errors.ts";
import { accountsWithFailed, type FailedJob, failedJobsOf, retryFailedOf } from "./failed-jobs.ts";
import type { QueueTelemetry } from "./queue-telemetry.ts";
import {
  installJobId,
  jobOptions,
  notifyJobOf,
  type Payloads,
  prewarmJobsOf,
  probeName,
  type QueueName,
  queueNames,
  type SyncToStart,
  toPayload,
  webhookJobId,
  webhookPayloadOf,
} from "./queues.ts";
import { removeJobsAbout } from "./remove-jobs.ts";
import { replaceDataOf } from "./replace-data.ts";
import { readWebhookRefusals, type WebhookRefusals } from "./webhook-refusals.ts";

type Traceparents = readonly (string | undefined)[];

/** Jobs are added and looked at here; `consume` takes them. */
export interface QueueSet {
  /** BullMQ's own, for the board. */
  queues: Record<QueueName, Queue>;

  /**
   * Adds a callback; one that was added before, and is still known to the queue, is not added again.
   * @throws QueueUnavailableError when Redis does not take it in time; so do the others.
   */
  addCallback(callback: SealedCallback): Promise<{ jobId: string }>;
  /** Adds a verified delivery; one that is in the queue already is not added again. */
  addWebhook(delivery: WebhookDelivery): Promise<void>;
  /** How many deliveries to an endpoint the ingress refused lately. */
  webhookRefusals(endpointId: string): Promise<WebhookRefusals>;
  /** Lets kept deliveries of an account start their syncs again. */
  addReplays(installationId: InstallationId, deliveries: readonly string[]): Promise<void>;
  /** `againAfterMs`: the second time, after so long. */
  addForget(
    installationId: InstallationId,
    auditId: string,
    options?: { againAfterMs: number },
  ): Promise<void>;
  /** Proofs go before all that wait. `traces`: what each job continues, if any; only with `telemetry`. */
  addPrewarms(payloads: Payloads["prewarm"][], traces?: Traceparents): Promise<void>;
  /** A caller waits for this token: a job at the queue's head, unless one for the same is there already. */
  addUrgentPrewarm(payload: Payloads["prewarm"]): Promise<void>;
  /** One job for each, unless one for the same receiver and account is there already. */
  addNotifies(payloads: readonly Payloads["notify"][]): Promise<void>;
  /** One job for each batch. */
  addSyncs(batches: readonly SyncToStart[][]): Promise<void>;
  /** Of a job that was added at `addedAt`: before all that wait, for the next worker that has room. */
  putBackSyncs(syncs: SyncToStart[], addedAt: Date): Promise<void>;

  /** Adds a job that does nothing, at the head of the queue, unless the one with this id is still there. */
  addProbe(name: QueueName, id: string): Promise<void>;
  /** When the oldest job that waits for a worker was added; undefined where none waits. */
  oldestWaitingAt(name: QueueName): Promise<Date | undefined>;
  /** When the oldest job was added that waits, runs or is to be tried again; undefined: there is none. */
  oldestAt(name: QueueName): Promise<Date | undefined>;
  /** Failed jobs about one account, newest first: at most `limit` of the last 1 000 of each queue. */
  failedOf(installationId: InstallationId, limit: number): Promise<FailedJob[]>;
  /** Accounts that have any. */
  accountsWithFailed(): Promise<Set<InstallationId>>;
  /** Starts those of one account again. Returns how many. */
  retryFailedOf(installationId: InstallationId): Promise<number>;
  /** Starts all failed jobs of a queue again. Returns how many there were. */
  retryFailed(name: QueueName): Promise<number>;

  /**
   * Removes what the callback inbox says of one account, and the jobs about it that ended or wait since
   * `until` or longer; of installs what arrived until then. Running ones stay. Returns how many there were.
   */
  removeJobsOf(installationId: InstallationId, until: Date): Promise<number>;

  /**
   * Changes what a job carries, as it was read, unless a worker has it or had it since.
   * @returns whether it did
   */
  replaceData(name: QueueName, job: Job, data: object): Promise<boolean>;

  /** Jobs that wait or run. */
  backlog(name: QueueName): Promise<number>;
  /** Jobs that wait for a worker: the dispatcher adds no more than a bounded number. */
  waiting(name: QueueName): Promise<number>;

  /** A worker runs this many syncs at a time; it says so again within `forMs`. */
  offerPlaces(workerId: string, places: number, now: Date, forMs: number): Promise<void>;

  /** How many syncs all workers together run at a time, and how many they are, by what they said lately. */
  placesOffered(now: Date): Promise<{ workers: number; places: number }>;

  /**
   * Makes the dispatch tick exist and run: a tick whose one delayed job was lost would never run again
   * automatically, so every worker calls this now and then. Returns whether it had to be set up.
   */
  ensureTick(everyMs: number, now: Date): Promise<boolean>;

  /** When the next dispatch tick is to run; long past: no worker runs them; undefined: none was set up. */
  nextTickAt(): Promise<Date | undefined>;
  close(): Promise<void>;
}

/** Of the jobs at a queue's head this many may be probes, which are younger than what waits behind them. */
const mayBeProbes = 20;

/** Queues on one connection, which stays the caller's. `onError` gets its errors, which heal. */
export function createQueueSet(options: {
  redis: RedisClient;
  namespace: string;
  onError: (error: Error) => void;
  telemetry?: QueueTelemetry | undefined;
  /** Signs what `addCallback` adds. A worker takes no other. */
  sign?: (payload: object) => Promise<unknown>;
}): QueueSet {
  const { redis, namespace, onError, telemetry, sign } = options;
  const keys = redisKeys(namespace);
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

    async addCallback(callback: SealedCallback): Promise<{ jobId: string }> {
      const payload = toPayload(callback);
      const jobId = installJobId(payload.installationId, callback.contentHash);
      const signed = sign === undefined ? payload : { ...payload, signature: await sign(payload) };
      await taken(queues.install.add(payload.kind, signed, { jobId }));
      return { jobId };
    },

    async addWebhook(delivery) {
      const options = { jobId: webhookJobId(delivery) };
      await taken(queues.webhook.add("delivery", webhookPayloadOf(delivery), options));
    },

    webhookRefusals: (endpointId) => taken(readWebhookRefusals(redis, namespace, endpointId)),

    async addReplays(installationId, deliveries) {
      const jobs = deliveries.map((replay) => ({ name: "replay", data: { installationId, replay } }));
      await taken(queues.webhook.addBulk(jobs));
    },

    async addForget(installationId, auditId, again) {
      const payload = { installationId, auditId };
      await taken(
        again === undefined
          ? queues.forget.add("forget", payload)
          : // The last trace of the account in Redis: nothing of it stays.
            queues.forget.add(
              "forget",
              { ...payload, again: true },
              { delay: again.againAfterMs, removeOnComplete: true },
            ),
      );
    },

    async addPrewarms(payloads, traces = []): Promise<void> {
      await taken(queues.prewarm.addBulk(prewarmJobsOf(payloads, traces)));
    },

    async addUrgentPrewarm(payload) {
      const id = `${payload.installationId} ${payload.generation} ${payload.newerThan ?? ""}`;
      await taken(queues.prewarm.add("prewarm", payload, { lifo: true, deduplication: { id } }));
    },

    addNotifies: async (payloads) => void (await taken(queues.notify.addBulk(payloads.map(notifyJobOf)))),
    async addSyncs(batches): Promise<void> {
      await taken(queues.sync.addBulk(batches.map((syncs) => jobOfSyncs(syncs))));
    },

    async putBackSyncs(syncs, addedAt): Promise<void> {
      const { name, data } = jobOfSyncs(syncs);
      await taken(queues.sync.add(name, data, { lifo: true, timestamp: addedAt.getTime() }));
    },

    failedOf: (installationId, limit) => failedJobsOf(queues, installationId, limit),
    accountsWithFailed: () => accountsWithFailed(queues),
    retryFailedOf: (installationId) => taken(retryFailedOf(queues, installationId)),

    async removeJobsOf(installationId, until) {
      await taken(forgetSeenCallbacks(redis, namespace, installationId));
      return taken(removeJobsAbout({ queues, redis }, installationId, until));
    },

    replaceData: (name, job, data) => taken(replaceDataOf({ queue: queues[name], redis }, job, data)),

    async retryFailed(name) {
      const { failed = 0 } = await taken(queues[name].getJobCounts("failed"));
      await taken(queues[name].retryJobs({ state: "failed" }));
      return failed;
    },

    async addProbe(name, id) {
      const probe = { jobId: id, lifo: true, attempts: 1, removeOnComplete: true, removeOnFail: true };
      await taken(queues[name].add(probeName, {}, probe));
    },

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

    async offerPlaces(workerId, places, now, forMs) {
      await taken(redis.zadd(keys.syncPlaces(), now.getTime() + forMs, `${workerId} ${places}`));
    },

    async placesOffered(now) {
      await taken(redis.zremrangebyscore(keys.syncPlaces(), "-inf", String(now.getTime())));
      const offers = await taken(redis.zrange(keys.syncPlaces(), "0", "-1"));
      const places = offers.reduce((sum, offer) => sum + Number(offer.split(" ")[1]), 0);
      return { workers: offers.length, places };
    },

    async ensureTick(everyMs: number, now: Date): Promise<boolean> {
      const tick = await queues.dispatch.getJobScheduler("tick");
      const lateMs = now.getTime() - (tick?.next ?? 0);
      if (tick?.every === everyMs && Math.abs(lateMs) < 5 * everyMs) return false;
      // One that a clock far ahead has set would stay where it is.
      if (lateMs < 0) await queues.dispatch.removeJobScheduler("tick");
      await queues.dispatch.upsertJobScheduler("tick", { every: everyMs }, { name: "tick", data: {} });
      return true;
    },

    async nextTickAt(): Promise<Date | undefined> {
      const tick = await queues.dispatch.getJobScheduler("tick");
      return tick?.next === undefined ? undefined : new Date(tick.next);
    },

    async close(): Promise<void> {
      await Promise.all([...opened.values()].map((queue) => queue.close()));
    },
  };
}

async function taken<Result>(command: Promise<Result>): Promise<Result> {
  try {
    return await command;
  } catch (cause) {
    throw new QueueUnavailableError("Redis did not take the job", { cause });
  }
}

function jobOfSyncs(syncs: SyncToStart[]): { name: string; data: Payloads["sync"] } {
  return { name: syncs.length === 1 ? "1 sync" : `${syncs.length} syncs`, data: { syncs } };
}

function oldestOf(jobs: readonly Job[]): Date | undefined {
  return jobs.length === 0 ? undefined : new Date(Math.min(...jobs.map(({ timestamp }) => timestamp)));
}
