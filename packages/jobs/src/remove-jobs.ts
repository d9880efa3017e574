// Takes the jobs about one account out of the queues, when it is forgotten, and what reports them in the
// queues' events.

import type { InstallationId } from "@fleetkeeper/model";
import type { RedisClient } from "@fleetkeeper/redis";
import type { Job, Queue } from "bullmq";
import { aboutAccounts, isAbout } from "./failed-jobs.ts";
import type { Payloads, QueueName } from "./queues.ts";

const ended = ["completed", "failed"] as const;
const waiting = ["waiting", "prioritized", "delayed"] as const;
const atATime = 500;
/** Of each state only this many of the newest are looked at. */
const lookedAt = 200_000;

/**
 * Removes the jobs about one account that ended, and those that wait since `until` or longer; of installs
 * only what arrived until then. A job that is shared with other accounts stays without this one. Running jobs
 * stay.
 * @returns how many jobs were removed or changed
 */
export async function removeJobsAbout(
  { queues, redis }: { queues: Record<QueueName, Queue>; redis: RedisClient },
  installationId: InstallationId,
  until: Date,
): Promise<number> {
  let removed = 0;
  for (const name of aboutAccounts) {
    const queue = queues[name];
    for (const state of name === "forget" ? ended : [...ended, ...waiting])
      for (const job of await jobsOf(queue, state, installationId)) {
        const hasEnded = state === "completed" || state === "failed";
        if (!isOver(job, until, hasEnded)) continue;
        if (await takeOut(job, installationId)) removed += 1;
      }
    // Ids of jobs hold the account's.
    await redis.xtrim(queue.toKey("events"), "MAXLEN", 0);
  }
  return removed;
}

/**
 * An install counts by when it arrived, as in MongoDB: the one after it is another one's, and nowhere else.
 */
function isOver({ data, timestamp }: Job, until: Date, hasEnded: boolean): boolean {
  if ("receivedAt" in data) return !(new Date(data.receivedAt) > until);
  return hasEnded || timestamp <= until.getTime();
}

/** From the newest on, since that is where jobs arrive: one that comes meanwhile hides none. */
async function jobsOf(queue: Queue, state: JobState, installationId: InstallationId): Promise<Job[]> {
  const found = new Map<string, Job>();
  for (let start = 0; start < lookedAt; start += atATime) {
    const ids = await queue.getRanges([state], start, start + atATime - 1);
    const jobs = await Promise.all(ids.map((id) => queue.getJob(id)));
    for (const job of jobs)
      if (job !== undefined && isAbout(job.data, installationId)) found.set(job.id ?? "", job);
    if (ids.length < atATime) break;
  }
  return [...found.values()];
}

type JobState = (typeof ended)[number] | (typeof waiting)[number];

/** False when a worker has it, or it was removed. */
async function takeOut(job: Job, installationId: InstallationId): Promise<boolean> {
  const left = withoutAccount(job.data, installationId);
  try {
    if (left === undefined) await job.remove();
    else await job.updateData(left);
    return true;
  } catch (error) {
    const state = await job.getState();
    if (state === "active" || state === "unknown") return false;
    throw error;
  }
}

/** What is left of a job for other accounts. */
function withoutAccount(
  data: Payloads[(typeof aboutAccounts)[number]],
  installationId: InstallationId,
): Payloads["sync"] | undefined {
  if (!("syncs" in data)) return undefined;
  const syncs = data.syncs.filter((sync) => !isAbout({ syncs: [sync] }, installationId));
  return syncs.length === 0 ? undefined : { syncs };
}
