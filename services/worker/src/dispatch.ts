// Handler of queue `dispatch`: one tick turns what is due in MongoDB into plain jobs. It costs what is due,
// not what exists.

import { setTimeout as sleep } from "node:timers/promises";
import type { QueueSet } from "@fleetkeeper/jobs";
import { installationOfSync } from "@fleetkeeper/model";
import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import { fairOrder } from "./fair-order.ts";
import type { HandOver } from "./hand-over.ts";
import type { WorkerMetrics } from "./metrics.ts";

export interface DispatchHandlerOptions {
  store: Store;
  queues: QueueSet;
  log: Log;
  metrics: Pick<WorkerMetrics, "lastTickSeconds" | "dispatched">;
  handOver: HandOver;
  /** Tells the ingress of endpoints that changed. */
  publishEndpoints: () => Promise<number>;
  /** Relays events to the lanes of their receivers. */
  relayEvents: () => Promise<void>;
  now: () => Date;
  /**
   * This many syncs, or more where the workers have places for them, wait in the queue at most: the rest
   * waits in MongoDB, where its order is kept.
   */
  syncBacklog: number;
  /** How many syncs share a job at most. Default 20. */
  maxSyncsPerJob?: number;
}

/** This many jobs wait in queue `prewarm` at most. */
export const prewarmBacklog = 1_000;
/** And this many more where they are new installs, which wait for no token of others. */
export const proofBacklog = prewarmBacklog + 200;
/** How often former credentials that need no longer be kept are looked for. */
const dropEveryMs = 60_000;
/** Syncs that wait, for each that the workers run at a time: enough until the queue is looked at again. */
const backlogPerPlace = 4;
/** A job costs some thirty commands of Redis, for any content. */
const defaultSyncsPerJob = 20;
/**
 * How long a tick refills the queue of syncs, a little less than the time to the next, and how often it
 * looks.
 */
const tickMs = 900;
const lookMs = 25;
/** What was dispatched longer ago than this, and before every job that is still there, has lost its job. */
const lostAfterMs = 8_000;
/** Between the clock that said when a sync was dispatched and the one that said when a job was added. */
const clocksApartMs = 5_000;

export function createDispatchHandler(options: DispatchHandlerOptions) {
  const { store, queues, log, metrics, handOver, publishEndpoints, relayEvents, now, syncBacklog } = options;
  const { maxSyncsPerJob = defaultSyncsPerJob } = options;

  let droppedAtMs = Number.NEGATIVE_INFINITY;

  return async () => {
    await dropFormerCredentials();
    // What is due does not wait for it.
    const publishing = publishEndpoints().catch((error) =>
      log.warn({ error }, "webhook endpoints not published"),
    );
    const relaying = relayEvents().catch((error) => log.warn({ error }, "events not relayed"));
    const made = {
      prewarm: (await dispatchProofs()) + (await dispatchPrewarms()),
      sync: await dispatchSyncs(),
    };
    metrics.lastTickSeconds.set(now().getTime() / 1_000);
    for (const [queue, count] of Object.entries(made)) metrics.dispatched.inc({ queue }, count);
    await publishing;
    await relaying;
    return made;
  };

  /** New installs that wait to prove themselves. */
  async function dispatchProofs(): Promise<number> {
    const room = proofBacklog - (await queues.backlog("prewarm"));
    return room <= 0 ? 0 : handOver.proofs(await store.credentials.due(now(), room));
  }

  async function dropFormerCredentials(): Promise<void> {
    if (now().getTime() - droppedAtMs < dropEveryMs) return;
    await store.credentials.dropFormer(now());
    droppedAtMs = now().getTime();
  }

  async function dispatchPrewarms(): Promise<number> {
    const room = prewarmBacklog - (await queues.backlog("prewarm"));
    return room <= 0 ? 0 : handOver.prewarms(await store.installations.duePrewarms(now(), room));
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
    const due = fairOrder(await store.syncs.due(now(), room), ({ _id }) => installationOfSync(_id));
    // No worker shall have nothing to do while another one's job holds several.
    const evenShare = (count: number) => Math.ceil(count / Math.max(1, offered.workers));
    return handOver.syncs(due, (count) => Math.min(fullJob(offered), evenShare(count)));
  }

  /** As many syncs as a worker has places, within the bound. */
  function fullJob({ workers, places }: PlacesOffered): number {
    return workers === 0
      ? maxSyncsPerJob
      : Math.max(1, Math.min(maxSyncsPerJob, Math.floor(places / workers)));
  }

  /**
   * Jobs start in the order in which they were added, so that the oldest one left tells which must have
   * started.
   */
  async function recoverLost(): Promise<void> {
    const oldestMs = (await queues.oldestAt("sync"))?.getTime() ?? Number.POSITIVE_INFINITY;
    const before = new Date(Math.min(now().getTime() - lostAfterMs, oldestMs - clocksApartMs));
    const recovered = await store.syncs.recoverLost(before, now());
    if (recovered > 0) log.warn({ recovered }, "dispatched jobs were lost and are dispatched again");
  }
}

type PlacesOffered = Awaited<ReturnType<QueueSet["placesOffered"]>>;
