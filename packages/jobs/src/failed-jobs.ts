// Failed jobs, found by the account that they are about, and started again.

import { type InstallationId, installationOfSync } from "@fleetkeeper/model";
import type { Job, Queue } from "bullmq";
import type { Payloads, QueueName } from "./queues.ts";

/** A job that is given up until an operator starts it again. */
export interface FailedJob {
  queue: QueueName;
  jobId: string;
  /** Of BullMQ: the last error's. It may hold any text of an error. */
  reason: string;
  failedAt: Date;
}

/** Queues whose jobs are each about one account. */
export const aboutAccounts = ["install", "forget", "prewarm", "sync", "webhook", "notify"] as const;
/** Of each queue only this many of the last failed are looked at. */
const lookedAt = 1_000;
const atATime = 100;

/**
 * The failed jobs about one account, the newest first, among the last 1 000 of each queue; at most `limit` of
 * a queue.
 */
export async function failedJobsOf(
  queues: Record<QueueName, Queue>,
  installationId: InstallationId,
  limit: number,
): Promise<FailedJob[]> {
  const found = await Promise.all(
    aboutAccounts.map((name) => jobsAbout(queues[name], installationId, limit)),
  );
  return aboutAccounts.flatMap((queue, index) =>
    (found[index] ?? []).map((job) => ({
      queue,
      jobId: job.id ?? "",
      reason: job.failedReason,
      failedAt: new Date(job.finishedOn ?? job.timestamp),
    })),
  );
}

/** Starts the failed jobs about one account again. Returns how many. */
export async function retryFailedOf(
  queues: Record<QueueName, Queue>,
  installationId: InstallationId,
): Promise<number> {
  let retried = 0;
  for (const name of aboutAccounts)
    for (const job of await jobsAbout(queues[name], installationId, lookedAt))
      if (await startAgain(job)) retried += 1;
  return retried;
}

/** Accounts that some failed job is about, among the last 1 000 of each queue. */
export async function accountsWithFailed(queues: Record<QueueName, Queue>): Promise<Set<InstallationId>> {
  const found = new Set<InstallationId>();
  for (const name of aboutAccounts)
    for await (const jobs of failedOf(queues[name]))
      for (const { data } of jobs) for (const id of accountsOf(data)) found.add(id);
  return found;
}

async function jobsAbout(queue: Queue, installationId: InstallationId, limit: number): Promise<Job[]> {
  const found: Job[] = [];
  for await (const jobs of failedOf(queue)) {
    found.push(...jobs.filter((job) => isAbout(job.data, installationId)));
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

/** The last failed, the newest first, some at a time. */
async function* failedOf(queue: Queue): AsyncGenerator<Job[]> {
  for (let start = 0; start < lookedAt; start += atATime) {
    const jobs = await queue.getFailed(start, start + atATime - 1);
    yield jobs.filter((job) => job !== undefined);
    if (jobs.length < atATime) return;
  }
}

/** Whether a job carries anything of this account. */
export function isAbout(
  payload: Payloads[(typeof aboutAccounts)[number]],
  installationId: InstallationId,
): boolean {
  return accountsOf(payload).includes(installationId);
}

function accountsOf(payload: Payloads[(typeof aboutAccounts)[number]]): InstallationId[] {
  return "syncs" in payload
    ? payload.syncs.map(({ syncId }) => installationOfSync(syncId))
    : [payload.installationId];
}

/** False when it was started or removed in the meantime. */
async function startAgain(job: Job): Promise<boolean> {
  try {
    await job.retry("failed");
    return true;
  } catch (error) {
    if (await job.isFailed()) throw error;
    return false;
  }
}
