// `queues`: how full each queue is, since when its first job waits, and how many workers take from it.

import { type QueueState, readQueueStates } from "@fleetkeeper/operator";
import type { Command } from "commander";
import { addCommand } from "../add-command.ts";
import { invoke } from "../invoke.ts";
import type { Paint } from "../output/style.ts";
import { table } from "../output/table.ts";
import { fromNowOrNone } from "../output/time-cell.ts";

export function addQueues(program: Command): void {
  addCommand(program, "queues", {
    watched: true,
    summary: "Show the queues: how many jobs wait, run and failed",
    examples: ["queues", "queues --json"],
  }).action(
    invoke(async ({ reach, output, now }) => {
      const queues = await readQueueStates(await reach.queues());
      output.result({ queues }, () => words(queues, output.paint, now()));
    }),
  );
}

function words(states: readonly QueueState[], paint: Paint, now: Date): string {
  return table(
    ["queue", "waiting", "oldest", "active", "delayed", "failed", "kept", "workers"],
    states.map((state) => [
      state.paused ? `${state.queue} ${paint("wait", "(paused)")}` : state.queue,
      `${state.waiting}`,
      fromNowOrNone(state.oldestWaitingAt, now),
      `${state.active}`,
      `${state.delayed}`,
      state.failed > 0 ? paint("bad", `${state.failed}`) : "0",
      `${state.completed}`,
      state.workers === 0 ? paint("bad", "0") : `${state.workers ?? "?"}`,
    ]),
    paint,
  );
}
