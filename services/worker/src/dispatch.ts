// Handler of queue `dispatch`: one tick turns what is due in MongoDB into plain jobs. It costs what is due, not what exists.

import { setTimeout as sleep } from "node:timers/promises";
import type { Payloads, QueueSet } from "@fleetkeeper/jobs";
import { installationOfSync } from "@fleetkeeper/model";
import type { Store } from "@fleetkeeper/store";
import type { Log, WorkerMetrics } from "@fleetkeeper/telemetry";
import { fairOrder } from "./fair-order.ts";
import type { InstallTraces } from "./install-traces.ts";

export interface DispatchHandlerOptions {
  store: Store;
  queues: QueueSet;
  log: Log;
  metrics: Pick<WorkerMetrics, "lastTickSeconds" | "dispatched">;
  installTraces: InstallTraces;
  now: () => Date;
  /** This many sync jobs, or more where the workers have places for them, wait at most: the rest waits in MongoDB, where its order is kept. */
  syncBacklog: number;
}

const prewarmBacklog = 1_000;
/** Jobs that wait, for each sync that the workers run at a time: enough until the queue is looked at again. */
const backlogPerPlace = 4;
/** How long a tick refills the queue of syncs, a little less than the time to the next, and how often it looks. */
const tickMs = 900;
const lookMs = 25;
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
    const jobs = await inBatches(due, async (one): Promise<Payloads["prewarm"] | undefined> => {
      const claimed = await store.installations.claimPrewarm(one, again);
      return claimed ? { installationId: one._id, generation: one.generation } : undefined;
    });
    const traces = await installTraces.of(jobs.map(({ installationId }) => installationId));
    if (jobs.length > 0) await queues.addPrewarms(jobs, traces);
    return jobs.length;
  }

  /** Fills the queue, and again when it runs low, as long as more is due and the tick lasts. */
  async function dispatchSyncs(): Promise<number> {
    const endsAtMs = performance.now() + tickMs;
    const backlog = Math.max(syncBacklog, backlogPerPlace * (await queues.placesOffered(now())));
    if ((await queues.backlog("sync")) === 0) await recoverLost();
    let made = 0;
    for (let waiting = await queues.waiting("sync"); ; waiting = await queues.waiting("sync")) {
      const room = backlog - waiting;
      const runsLow = made === 0 || room > backlog / 2;
      if (runsLow && room > 0) {
        const taken = await dispatchDue(room);
        made += taken;
        if (taken < room) return made;
      }
      if (performance.now() >= endsAtMs) return made;
      await sleep(lookMs);
    }
  }

  async function dispatchDue(room: number): Promise<number> {
    const startedAt = now();
    const due = fairOrder(await store.syncs.due(startedAt, room), ({ _id }) => installationOfSync(_id));
    const again = new Date(startedAt.getTime() + redispatchMs);
    const jobs = await store.syncs.dispatch(due, startedAt, again);
    const traces = await installTraces.of(jobs.map(({ syncId }) => installationOfSync(syncId)));
    if (jobs.length > 0) await queues.addSyncs(jobs, traces);
    return jobs.length;
  }

  async function recoverLost(): Promise<void> {
    const recovered = await store.syncs.recoverLost(new Date(now().getTime() - lostAfterMs), now());
    if (recovered > 0) log.warn({ recovered }, "dispatched jobs were lost and are dispatched again");
  }
}

/** The jobs of the items that were taken, in the order of the items. */
async function inBatches<Item, Taken>(
  items: readonly Item[],
  take: (item: Item) => Promise<Taken | undefined>,
): Promise<Taken[]> {
  const taken: Taken[] = [];
  for (let start = 0; start < items.length; start += 20) {
    const results = await Promise.all(items.slice(start, start + 20).map(take));
    taken.push(...results.filter((one) => one !== undefined));
  }
  return taken;
}
