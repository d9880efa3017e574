// Handler of queue `dispatch`: one tick turns what is due in MongoDB into plain jobs. It costs what is due, not what exists.

import type { Payloads, QueueSet } from "@fleetkeeper/jobs";
import { installationOfSync } from "@fleetkeeper/model";
import type { Store } from "@fleetkeeper/store";
import type { Log, WorkerMetrics } from "@fleetkeeper/telemetry";
import type { InstallTraces } from "./install-traces.ts";

export interface DispatchHandlerOptions {
  store: Store;
  queues: QueueSet;
  log: Log;
  metrics: Pick<WorkerMetrics, "lastTickSeconds" | "dispatched">;
  installTraces: InstallTraces;
  now: () => Date;
  /** No more than this many sync jobs wait or run at a time: the rest waits in MongoDB, where its order is kept. */
  syncBacklog: number;
}

const prewarmBacklog = 1_000;
/** A dispatched job that has not started after this is dispatched again. */
const redispatchMs = 10 * 60_000;
/** An empty queue with work dispatched longer ago than this has lost its jobs. */
const lostAfterMs = 15_000;

export function createDispatchHandler(options: DispatchHandlerOptions) {
  const { store, queues, log, metrics, installTraces, now, syncBacklog } = options;

  return async () => {
    const made = { prewarm: await dispatchPrewarms(), sync: await dispatchSyncs() };
    metrics.lastTickSeconds.set(now().getTime() / 1_000);
    for (const [queue, count] of Object.entries(made)) metrics.dispatched.inc({ queue }, count);
    return made;
  };

  async function dispatchPrewarms(): Promise<number> {
    const room = prewarmBacklog - (await queues.backlog("prewarm"));
    if (room <= 0) return 0;
    const due = await store.installations.duePrewarms(now(), room);
    const again = new Date(now().getTime() + redispatchMs);
    const jobs: Payloads["prewarm"][] = [];
    await inBatches(due, async (one) => {
      if (await store.installations.claimPrewarm(one, again))
        jobs.push({ installationId: one._id, generation: one.generation });
    });
    const traces = await installTraces.of(jobs.map(({ installationId }) => installationId));
    if (jobs.length > 0) await queues.addPrewarms(jobs, traces);
    return jobs.length;
  }

  async function dispatchSyncs(): Promise<number> {
    const backlog = await queues.backlog("sync");
    if (backlog === 0) await recoverLost();
    const room = syncBacklog - backlog;
    if (room <= 0) return 0;
    const startedAt = now();
    const due = await store.syncs.due(startedAt, room);
    const again = new Date(startedAt.getTime() + redispatchMs);
    const jobs: Payloads["sync"][] = [];
    await inBatches(due, async (one) => {
      const fencingToken = await store.syncs.dispatch(one, startedAt, again);
      if (fencingToken !== undefined) jobs.push({ syncId: one._id, fencingToken });
    });
    const traces = await installTraces.of(jobs.map(({ syncId }) => installationOfSync(syncId)));
    if (jobs.length > 0) await queues.addSyncs(jobs, traces);
    return jobs.length;
  }

  async function recoverLost(): Promise<void> {
    const recovered = await store.syncs.recoverLost(new Date(now().getTime() - lostAfterMs), now());
    if (recovered > 0) log.warn({ recovered }, "dispatched jobs were lost and are dispatched again");
  }
}

async function inBatches<Item>(items: readonly Item[], run: (item: Item) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += 20)
    await Promise.all(items.slice(start, start + 20).map(run));
}
