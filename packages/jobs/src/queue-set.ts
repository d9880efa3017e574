// All queues from the producing side: to add jobs, and for the board and the CLI to look at them.

import type { InstallationId, SealedCallback, WebhookDelivery } from "@fleetkeeper/model";
import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import type { Job, Queue } from "bullmq";
import { forgetSeenCallbacks } from "./callback-inbox.ts";
import { createDispatchTick, type DispatchTick } from "./dispatch-tick.ts";
import { accountsWithFailed, type FailedJob, failedJobsOf, retryFailedOf } from "./failed-jobs.ts";
import { openQueues } from "./open-queues.ts";
import { createQueueLengths, type QueueLengths } from "./queue-lengths.ts";
import type { QueueTelemetry } from "./queue-telemetry.ts";
import {
  installJobId,
  notifyJobOf,
  type Payloads,
  prewarmJobsOf,
  probeName,
  type QueueName,
  type SyncToStart,
  toPayload,
  webhookJobId,
  webhookPayloadOf,
} from "./queues.ts";
import { removeJobsAbout } from "./remove-jobs.ts";
import { replaceDataOf } from "./replace-data.ts";
import { createSyncPlaces, type SyncPlaces } from "./sync-places.ts";
import { taken } from "./taken.ts";
import { readWebhookRefusals, type WebhookRefusals } from "./webhook-refusals.ts";

type Traceparents = readonly (string | undefined)[];

/** Jobs are added and looked at here; `consume` takes them. */
export interface QueueSet extends QueueLengths, SyncPlaces, DispatchTick {
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
  close(): Promise<void>;
}

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
  const { queues, close } = openQueues({ redis, keys, onError, telemetry });
  const { oldestWaitingAt, oldestAt, backlog, waiting } = createQueueLengths(queues);
  const { offerPlaces, placesOffered } = createSyncPlaces(redis, keys);
  const { ensureTick, nextTickAt } = createDispatchTick(queues);

  return {
    queues,
    oldestWaitingAt,
    oldestAt,
    backlog,
    waiting,
    offerPlaces,
    placesOffered,
    ensureTick,
    nextTickAt,

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

    close,
  };
}

function jobOfSyncs(syncs: SyncToStart[]): { name: string; data: Payloads["sync"] } {
  return { name: syncs.length === 1 ? "1 sync" : `${syncs.length} syncs`, data: { syncs } };
}
