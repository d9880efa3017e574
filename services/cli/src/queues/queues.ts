// `queues`: how full each queue is, since when its first job waits, and how many workers take from it.

import { type QueueName, type QueueSet, queueNames } from "@fleetkeeper/jobs";
import type { Command } from "commander";
import { addCommand } from "../add-command.ts";
import { invoke } from "../invoke.ts";
import type { Paint } from "../output/style.ts";
import { table } from "../output/table.ts";
import { fromNow } from "../output/times.ts";

export interface QueueState {
  queue: QueueName;
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
  completed: number;
  paused: boolean;
  oldestWaitingAt: Date | null;
  /** Null where the server does not tell its connections. */
  workers: number | null;
}

export function addQueues(program: Command): void {
  addCommand(program, "queues", {
    summary: "Show the queues: how much waits, runs and failed",
    examples: ["queues", "queues --json"],
  }).action(
    invoke(async ({ reach, output, now }) => {
      const queueSet = await reach.queues();
      const states = await Promise.all(queueNames.map((name) => stateOf(queueSet, name)));
      output.result({ queues: states }, () => words(states, output.paint, now()));
    }),
  );
}

export async function stateOf(queueSet: QueueSet, name: QueueName): Promise<QueueState> {
  const queue = queueSet.queues[name];
  const counts = await queue.getJobCounts(
    ...(["waiting", "prioritized", "active", "delayed", "failed", "completed"] as const),
  );
  return {
    queue: name,
    waiting: (counts.waiting ?? 0) + (counts.prioritized ?? 0),
    active: counts.active ?? 0,
    delayed: counts.delayed ?? 0,
    failed: counts.failed ?? 0,
    completed: counts.completed ?? 0,
    paused: await queue.isPaused(),
    oldestWaitingAt: (await queueSet.oldestWaitingAt(name)) ?? null,
    workers: await queue.getWorkersCount().catch(() => null),
  };
}

function words(states: readonly QueueState[], paint: Paint, now: Date): string {
  return table(
    ["queue", "waiting", "oldest", "active", "delayed", "failed", "kept", "workers"],
    states.map((state) => [
      state.paused ? `${state.queue} ${paint("wait", "(paused)")}` : state.queue,
      `${state.waiting}`,
      fromNow(state.oldestWaitingAt, now),
      `${state.active}`,
      `${state.delayed}`,
      state.failed > 0 ? paint("bad", `${state.failed}`) : "0",
      `${state.completed}`,
      state.workers === 0 ? paint("bad", "0") : `${state.workers ?? "?"}`,
    ]),
    paint,
  );
}
