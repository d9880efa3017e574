// Handler of queue `sync`: a job brings some due syncs. Each starts as soon as this worker has a place for it
// and then runs on its own: the job ends when all have started, and the run's lease in MongoDB answers for
// what comes after.

import type { Payloads, QueueSet, SyncToStart } from "@fleetkeeper/jobs";
import { type InstallationId, installationOfSync, type SyncId } from "@fleetkeeper/model";
import type { Run, Store } from "@fleetkeeper/store";
import type { Log, Traces } from "@fleetkeeper/telemetry";
import type { WorkerMetrics } from "./metrics.ts";
import type { Places } from "./places.ts";
import type { Place, SliceOutcome } from "./run-slice.ts";

export interface TakeSyncsOptions {
  store: Pick<Store, "syncs">;
  queues: Pick<QueueSet, "putBackSyncs">;
  places: Places;
  runSlice: (run: Run, place: Place) => Promise<SliceOutcome>;
  /**
   * Dispatches one sync of the account that is due at this time, for a place of the account's that was given
   * back. Never rejects; default: the next tick does it.
   */
  startNext?: (installationId: InstallationId, dueAt: Date) => Promise<void>;
  log: Log;
  metrics: Pick<WorkerMetrics, "sliceSeconds" | "syncsRunning">;
  traces: Traces;
  now: () => Date;
  /** A run whose worker died is taken over after this long. */
  leaseMs: number;
  /**
   * Syncs of a job that found no place after this long go back to the queue, to a worker that may have one.
   * Default 1 000.
   */
  placeWaitMs?: number;
}

/** What became of the syncs of a job, as the board shows it. */
export type Taken = Partial<Record<TakenSync, number>>;
type TakenSync = "started" | "obsolete" | "account full" | "put back";

export interface TakeSyncs {
  handle(task: { payload: Payloads["sync"]; addedAt: Date; signal: AbortSignal }): Promise<Taken>;
  /**
   * Waits for the slices that run, none of which is followed by another; after `graceMs` they are asked to
   * hand back what is left.
   */
  close(graceMs: number): Promise<void>;
}

/** When an account has its places: its sync is dispatched again after this long, or when one is free. */
const accountWaitMs = 500;

/** To be consumed one job at a time: the next one is taken when there is a place for its first sync. */
export function createTakeSyncs(options: TakeSyncsOptions): TakeSyncs {
  const {
    store,
    queues,
    places,
    runSlice,
    startNext,
    log,
    metrics,
    traces,
    now,
    leaseMs,
    placeWaitMs = 1_000,
  } = options;
  const running = new Set<Promise<void>>();
  /** Syncs that found their account's places held, of accounts that hold some. */
  const putOff = new Map<InstallationId, Set<SyncId>>();
  const stop = new AbortController();
  let isClosing = false;

  return {
    async handle({ payload: { syncs }, addedAt, signal }) {
      const endWaiting = () => places.endWaiting();
      signal.addEventListener("abort", endWaiting);
      try {
        const starts = Promise.allSettled(syncs.map(start));
        if (signal.aborted) endWaiting();
        const timer = setTimeout(endWaiting, placeWaitMs);
        const results = await starts.finally(() => clearTimeout(timer));
        const taken = results.map((result) => (result.status === "fulfilled" ? result.value : undefined));
        const left = syncs.filter((_, index) => taken[index] === "put back");
        if (left.length > 0) await queues.putBackSyncs(left, addedAt);
        for (const result of results) if (result.status === "rejected") throw result.reason;
        if (!signal.aborted) await places.room();
        return counted(taken);
      } finally {
        signal.removeEventListener("abort", endWaiting);
      }
    },

    async close(graceMs) {
      isClosing = true;
      const timer = setTimeout(() => stop.abort(), graceMs);
      await Promise.all(running);
      clearTimeout(timer);
    },
  };

  async function start(sync: SyncToStart): Promise<TakenSync> {
    const { syncId, fencingToken } = sync;
    const account = installationOfSync(syncId);
    const place = await places.take(account);
    if (place === "full") return "put back";
    if (place === "account full") {
      const handedBack = await store.syncs.handBack(syncId, fencingToken, fromNow(accountWaitMs));
      if (handedBack) putOff.set(account, (putOff.get(account) ?? new Set()).add(syncId));
      return handedBack ? "account full" : "obsolete";
    }
    putOff.get(account)?.delete(syncId);
    const run = await store.syncs.start(syncId, fencingToken, { leaseMs, now }).catch((error: unknown) => {
      leave(account);
      throw error;
    });
    if (run === undefined) {
      leave(account);
      return "obsolete";
    }
    const slice = carryOut(run, sync.traceparent).finally(() => {
      running.delete(slice);
      leave(account);
    });
    running.add(slice);
    return "started";
  }

  /** The place goes to another sync of the account, if one was put off for want of it. */
  function leave(account: InstallationId): void {
    const held = places.giveBack(account);
    const waiting = putOff.get(account)?.size ?? 0;
    if (held === 0 || waiting === 0) putOff.delete(account);
    if (waiting > 0 && !isClosing) void startNext?.(account, fromNow(accountWaitMs));
  }

  function fromNow(ms: number): Date {
    return new Date(now().getTime() + ms);
  }

  /** Never rejects: what could not even be noted in MongoDB is found again when the run's lease has ended. */
  async function carryOut(run: Run, traceparent: string | undefined): Promise<void> {
    const { installationId, sync } = run.sync;
    const fields = { installationId, sync };
    const place: Place = {
      signal: stop.signal,
      mayBeKept: () => !isClosing && places.mayKeep(installationId),
    };
    const startedAtMs = performance.now();
    metrics.syncsRunning.inc();
    const outcome = await traces
      .resume(traceparent, () => traces.span("sync slice", fields, () => runSlice(run, place)))
      .catch((error: unknown) => {
        log.error({ ...fields, error }, "the end of a sync slice was not noted");
        return undefined;
      });
    const durationMs = performance.now() - startedAtMs;
    metrics.syncsRunning.dec();
    metrics.sliceSeconds.observe({ sync }, durationMs / 1_000);
    log.debug({ ...fields, ...outcome, durationMs: Math.round(durationMs) }, "sync slice done");
  }
}

function counted(taken: readonly (TakenSync | undefined)[]): Taken {
  const counts: Taken = {};
  for (const one of taken) if (one !== undefined) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}
