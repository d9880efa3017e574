// Handler of queue `dispatch`: one tick turns what is due in MongoDB into plain jobs. It costs what is due, not what exists.

import { setTimeout as sleep } from "node:timers/promises";
import type { Payloads, QueueSet, SyncToStart } from "@fleetkeeper/jobs";
import { installationOfSync, noGeneration } from "@fleetkeeper/model";
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
  /** Tells the ingress of endpoints that changed. */
  publishEndpoints: () => Promise<number>;
  now: () => Date;
  /** This many syncs, or more where the workers have places for them, wait in the queue at most: the rest waits in MongoDB, where its order is kept. */
  syncBacklog: number;
  /** How many syncs share a job at most. Default 20. */
  maxSyncsPerJob?: number;
}

const prewarmBacklog = 1_000;
/** How often former credentials that need no longer be kept are looked for. */
const dropEveryMs = 60_000;
/** Syncs that wait, for each that the workers run at a time: enough until the queue is looked at again. */
const backlogPerPlace = 4;
/** A job costs some thirty commands of Redis, whatever it holds. */
const defaultSyncsPerJob = 20;
/** How long a tick refills the queue of syncs, a little less than the time to the next, and how often it looks. */
const tickMs = 900;
const lookMs = 25;
/** A candidate about which nothing has become known after this is tried again: an install waits for it, and two tries do no harm. */
const proveAgainMs = 30_000;
/** A dispatched job that has not started after this is dispatched again. */
const redispatchMs = 10 * 60_000;
/** What was dispatched longer ago than this, and before every job that is still there, has lost its job. */
const lostAfterMs = 8_000;
/** Between the clock that said when a sync was dispatched and the one that said when a job was added. */
const clocksApartMs = 5_000;

export function createDispatchHandler(options: DispatchHandlerOptions) {
  const { store, queues, log, metrics, installTraces, publishEndpoints, now, syncBacklog } = options;
  const { maxSyncsPerJob = defaultSyncsPerJob } = options;

  let droppedAtMs = Number.NEGATIVE_INFINITY;

  return async () => {
    await dropFormerCredentials();
    // What is due does not wait for it.
    const publishing = publishEndpoints().catch((error) =>
      log.warn({ error }, "webhook endpoints not published"),
    );
    const made = {
      prewarm: (await dispatchProofs()) + (await dispatchPrewarms()),
      sync: await dispatchSyncs(),
    };
    metrics.lastTickSeconds.set(now().getTime() / 1_000);
    for (const [queue, count] of Object.entries(made)) metrics.dispatched.inc({ queue }, count);
    await publishing;
    return made;
  };

  /** New installs that wait to prove themselves. */
  async function dispatchProofs(): Promise<number> {
    const room = prewarmBacklog - (await queues.backlog("prewarm"));
    if (room <= 0) return 0;
    const due = await store.credentials.due(now(), room);
    const again = new Date(now().getTime() + proveAgainMs);
    const jobs = await inBatches(due, async (one): Promise<Payloads["prewarm"] | undefined> => {
      const claimed = await store.credentials.claim(one, again);
      return claimed ? { installationId: one._id, generation: noGeneration, prove: true } : undefined;
    });
    const traces = await installTraces.of(jobs.map(({ installationId }) => installationId));
    if (jobs.length > 0) await queues.addPrewarms(jobs, traces);
    return jobs.length;
  }

  async function dropFormerCredentials(): Promise<void> {
    if (now().getTime() - droppedAtMs < dropEveryMs) return;
    await store.credentials.dropFormer(now());
    droppedAtMs = now().getTime();
  }

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
    const offered = await queues.placesOffered(now());
    const backlog = Math.max(syncBacklog, backlogPerPlace * offered.places);
    await recoverLost();
    let made = 0;
    for (;;) {
      // Each job that waits counts as a full one.
      const room = backlog - (await queues.waiting("sync")) * fullJob(offered);
      const runsLow = made === 0 || room > backlog / 2;
      if (runsLow && room > 0) {
        const taken = await dispatchDue(room, offered);
        made += taken;
        if (taken < room) return made;
      }
      if (performance.now() >= endsAtMs) return made;
      await sleep(lookMs);
    }
  }

  async function dispatchDue(room: number, offered: PlacesOffered): Promise<number> {
    const startedAt = now();
    const due = fairOrder(await store.syncs.due(startedAt, room), ({ _id }) => installationOfSync(_id));
    const again = new Date(startedAt.getTime() + redispatchMs);
    const dispatched = await store.syncs.dispatch(due, startedAt, again);
    if (dispatched.length === 0) return 0;
    const syncs = await withTraces(dispatched);
    // No worker shall have nothing to do while another one's job holds several.
    const evenShare = Math.ceil(syncs.length / Math.max(1, offered.workers));
    await queues.addSyncs(inParts(syncs, Math.min(fullJob(offered), evenShare)));
    return syncs.length;
  }

  /** As many syncs as a worker has places, within the bound. */
  function fullJob({ workers, places }: PlacesOffered): number {
    return workers === 0
      ? maxSyncsPerJob
      : Math.max(1, Math.min(maxSyncsPerJob, Math.floor(places / workers)));
  }

  async function withTraces(syncs: SyncToStart[]): Promise<SyncToStart[]> {
    const traces = await installTraces.of(syncs.map(({ syncId }) => installationOfSync(syncId)));
    return syncs.map((sync, index) => ({ ...sync, ...(traces[index] && { traceparent: traces[index] }) }));
  }

  /** Jobs start in the order in which they were added, so that the oldest one left tells which must have started. */
  async function recoverLost(): Promise<void> {
    const oldestMs = (await queues.oldestAt("sync"))?.getTime() ?? Number.POSITIVE_INFINITY;
    const before = new Date(Math.min(now().getTime() - lostAfterMs, oldestMs - clocksApartMs));
    const recovered = await store.syncs.recoverLost(before, now());
    if (recovered > 0) log.warn({ recovered }, "dispatched jobs were lost and are dispatched again");
  }
}

type PlacesOffered = Awaited<ReturnType<QueueSet["placesOffered"]>>;

function inParts<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, part) =>
    items.slice(part * size, (part + 1) * size),
  );
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
