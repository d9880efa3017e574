// `failed list` and `failed retry`: jobs that are not tried again automatically.

import { type QueueName, type QueueSet, queueNames, type SyncToStart } from "@fleetkeeper/jobs";
import { createOperatorActions } from "@fleetkeeper/operator";
import { redactText } from "@fleetkeeper/telemetry";
import type { Job } from "bullmq";
import { type Command, Option } from "commander";
import { addCommand } from "../add-command.ts";
import { NothingFoundError, UsageError } from "../errors.ts";
import { findAccount } from "../find-account.ts";
import { type Invocation, invoke } from "../invoke.ts";
import { wholeNumber } from "../option-values.ts";
import type { Paint } from "../output/style.ts";
import { table } from "../output/table.ts";
import { fromNowOrNone } from "../output/time-cell.ts";

interface ListOptions {
  queue?: QueueName;
  limit: number;
}

interface RetryOptions {
  queue?: QueueName;
  account?: string;
}

export interface FailedJob {
  queue: QueueName;
  id: string;
  kind: string;
  /** The installation, or the syncs. */
  about: string | null;
  failedAt: Date | null;
  attempts: number;
  reason: string;
}

const queueOption = () => new Option("--queue <name>", "only of this queue").choices([...queueNames]);

export function addFailed(failed: Command): void {
  addCommand(failed, "list", {
    watched: true,
    summary: "List failed jobs, the newest first",
    examples: ["failed list --queue install"],
  })
    .addOption(queueOption())
    .option("--limit <number>", "of each queue, at most this many", wholeNumber(1, 500), 20)
    .action(
      invoke<ListOptions>(async ({ reach, output, now }, { queue, limit }) => {
        const { queues } = await reach.queues();
        const jobs: FailedJob[] = [];
        for (const name of queue === undefined ? queueNames : [queue])
          jobs.push(...(await queues[name].getFailed(0, limit - 1)).map((job) => describe(name, job)));
        output.result({ failed: jobs }, () => words(jobs, output.paint, now()));
        if (jobs.length === 0) output.remark("No job has failed.");
      }),
    );

  addCommand(failed, "retry", {
    arguments: { "[jobs...]": "job ids" },
    audited: true,
    summary: "Try failed jobs again: by their ids, of an account, or all of a queue",
    examples: [
      "failed retry --account 6b5cb246",
      "failed retry --queue install",
      "failed retry @organization.appname.6b5cb246.0f3a",
    ],
  })
    .addOption(queueOption())
    .option("--account <account>", "all that are about this account")
    .action(invoke<RetryOptions, [string[]]>(retry));
}

async function retry(invocation: Invocation, { queue, account }: RetryOptions, ids: string[]): Promise<void> {
  const { reach, output, who, now } = invocation;
  const ways = [ids.length > 0, account !== undefined, queue !== undefined && ids.length === 0];
  if (ways.filter(Boolean).length !== 1)
    throw new UsageError("name jobs, or an account by --account, or a queue by --queue");
  const store = await reach.store();
  const queues = await reach.queues();
  const actions = createOperatorActions({ store, queues, now });
  let retried = ids.length;
  if (ids.length > 0) await retryJobs(invocation, queue === undefined ? queueNames : [queue], ids);
  else if (account !== undefined)
    retried = await actions.retryFailed(who, (await findAccount(store, account))._id);
  else if (queue !== undefined) retried = await actions.retryQueue(who, queue);
  output.result({ retried }, () =>
    retried === 0 ? "No such job has failed." : `${retried} put back: a worker takes them`,
  );
}

/** All of them are there, or none is tried. */
async function retryJobs(
  { reach, who, now }: Invocation,
  names: readonly QueueName[],
  ids: readonly string[],
): Promise<void> {
  const { queues } = await reach.queues();
  const store = await reach.store();
  const jobs = await Promise.all(ids.map((id) => findFailed(names, queues, id)));
  for (const { queue, job } of jobs) {
    await store.audit.add({ at: now(), who, action: `retry job ${job.id}`, queue });
    await job.retry("failed");
  }
}

async function findFailed(
  names: readonly QueueName[],
  queues: QueueSet["queues"],
  id: string,
): Promise<{ queue: QueueName; job: Job }> {
  for (const queue of names) {
    const job: Job | undefined = await queues[queue].getJob(id);
    if (job !== undefined && (await job.isFailed())) return { queue, job };
  }
  throw new NothingFoundError(`no failed job has the id ${id}`, { advice: "See `fleetkeeper failed list`." });
}

function describe(
  queue: QueueName,
  { id = "", name, data, finishedOn, attemptsMade, failedReason }: Job,
): FailedJob {
  return {
    queue,
    id,
    kind: name,
    about: data?.installationId ?? data?.syncs?.map(({ syncId }: SyncToStart) => syncId).join(", ") ?? null,
    failedAt: finishedOn === undefined ? null : new Date(finishedOn),
    attempts: attemptsMade,
    reason: redactText(failedReason ?? "").replace(/\s+/g, " "),
  };
}

function words(jobs: readonly FailedJob[], paint: Paint, now: Date): string {
  return table(
    ["queue", "job", "failed", "attempts", "reason"],
    jobs.map(({ queue, id, failedAt, attempts, reason }) => [
      queue,
      id,
      fromNowOrNone(failedAt, now),
      `${attempts}`,
      paint("bad", reason),
    ]),
    paint,
  );
}
