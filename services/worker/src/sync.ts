// Handler of queue `sync`: one slice of one run. Checkpoint, pages, records, checkpoint; then the next account's turn.

import type { Payloads } from "@fleetkeeper/jobs";
import {
  addChanges,
  type Checkpoint,
  noChanges,
  type RecordChanges,
  type RunOutcome,
} from "@fleetkeeper/model";
import {
  type FetchedRecord,
  LeaseLostError,
  type RunScope,
  type Store,
  type SyncDocument,
} from "@fleetkeeper/store";
import type { SyncDefinition } from "@fleetkeeper/syncs";
import type { Log, Metrics } from "@fleetkeeper/telemetry";
import type { createTrackunit } from "@fleetkeeper/trackunit";
import { nextSlot } from "./schedule.ts";
import { settleFailure } from "./settle-failure.ts";

export interface SyncHandlerOptions {
  store: Store;
  trackunit: ReturnType<typeof createTrackunit>;
  definitions: ReadonlyMap<string, SyncDefinition>;
  log: Log;
  metrics: Metrics;
  now: () => Date;
  /** A slice ends after so many pages or so long, whichever is first. */
  slicePages: number;
  sliceMs: number;
  /** Longer than one page can take. */
  leaseMs: number;
}

type Outcome = {
  outcome: "obsolete" | "superseded" | "next slice" | "succeeded" | "failed";
  code?: string;
  records?: number;
};

export function createSyncHandler(options: SyncHandlerOptions) {
  const { store, definitions, log, now, leaseMs } = options;

  return async ({
    payload,
    signal,
  }: {
    payload: Payloads["sync"];
    signal: AbortSignal;
  }): Promise<Outcome> => {
    const sync = await store.syncs.start(payload.syncId, payload.fencingToken, now(), leaseUntil());
    if (sync === undefined) return { outcome: "obsolete" };
    const definition = definitions.get(sync.sync);
    if (definition === undefined)
      throw new Error(`no sync is called ${sync.sync}; a worker of another version planned it`);
    const progress = { checkpoint: sync.checkpoint ?? newPass(now()) };
    try {
      return await runSlice(sync, definition, progress, signal);
    } catch (error) {
      if (error instanceof LeaseLostError) return { outcome: "superseded" };
      return await settleFailure(options, {
        sync,
        definition,
        checkpoint: progress.checkpoint,
        error,
        stopping: signal.aborted,
      });
    }
  };

  async function runSlice(
    sync: SyncDocument,
    definition: SyncDefinition,
    progress: { checkpoint: Checkpoint },
    signal: AbortSignal,
  ): Promise<Outcome> {
    const scope = scopeOf(sync, definition, progress.checkpoint);
    if (progress.checkpoint.pages === 0) await store.records.forgetPass(sync._id);
    if (!progress.checkpoint.complete && !(await readPages(scope, definition, progress, signal))) {
      const { pages, records } = progress.checkpoint;
      await store.syncs.settle(sync._id, sync.fencingToken, {
        nextRunAt: now(),
        waiting: { for: "next-slice", pages, records },
        checkpoint: progress.checkpoint,
        failures: 0,
      });
      return { outcome: "next slice", records };
    }
    const deleted = await store.records.markVanished(scope, now(), signal);
    return finish(sync, definition, withChanges(progress.checkpoint, { ...noChanges, deleted }));
  }

  /** @returns whether the last page was read. */
  async function readPages(
    scope: RunScope,
    definition: SyncDefinition,
    progress: { checkpoint: Checkpoint },
    signal: AbortSignal,
  ): Promise<boolean> {
    const client = options.trackunit(scope.installationId);
    const sliceEndsAtMs = performance.now() + options.sliceMs;
    const lastPage = progress.checkpoint.pages + options.slicePages;
    const from = progress.checkpoint.cursor;
    for await (const page of definition.pages(client, { from, pageSize: definition.pageSize, signal })) {
      const { fitting, rejected } = sift(definition, page.items);
      const written = await store.records.writePage(scope, progress.checkpoint.pages, fitting, now());
      const { checkpoint } = progress;
      progress.checkpoint = {
        ...withChanges(checkpoint, { ...written, rejected }),
        cursor: page.nextCursor,
        pages: checkpoint.pages + 1,
        records: checkpoint.records + fitting.length,
        complete: page.nextCursor === null,
      };
      await store.syncs.saveCheckpoint(scope.syncId, scope.fencingToken, progress.checkpoint, leaseUntil());
      if (progress.checkpoint.complete) return true;
      if (progress.checkpoint.pages >= lastPage || performance.now() >= sliceEndsAtMs) return false;
      signal.throwIfAborted();
    }
    return progress.checkpoint.complete;
  }

  async function finish(
    sync: SyncDocument,
    definition: SyncDefinition,
    checkpoint: Checkpoint,
  ): Promise<Outcome> {
    const { startedAt, records, pages, changes } = checkpoint;
    const lastRun: RunOutcome = { at: now(), startedAt, outcome: "succeeded", records, pages, changes };
    const nextRunAt = nextSlot(sync._id, sync.intervalMs ?? definition.intervalMs, now());
    await store.syncs.settle(sync._id, sync.fencingToken, {
      nextRunAt,
      waiting: { for: "schedule", until: nextRunAt },
      checkpoint: null,
      failures: 0,
      lastRun,
    });
    await store.records.forgetPass(sync._id);
    countRun(options.metrics, sync.sync, changes);
    log.info(
      { installationId: sync.installationId, sync: sync.sync, records, pages, changes },
      "sync run succeeded",
    );
    return { outcome: "succeeded", records };
  }

  function leaseUntil(): Date {
    return new Date(now().getTime() + leaseMs);
  }
}

function newPass(startedAt: Date): Checkpoint {
  const passId = startedAt.getTime().toString(36);
  return { passId, startedAt, cursor: null, pages: 0, records: 0, changes: noChanges, complete: false };
}

function withChanges(checkpoint: Checkpoint, changes: RecordChanges): Checkpoint {
  return { ...checkpoint, changes: addChanges(checkpoint.changes, changes) };
}

function scopeOf(sync: SyncDocument, { resource }: SyncDefinition, { passId }: Checkpoint): RunScope {
  return {
    installationId: sync.installationId,
    syncId: sync._id,
    resource,
    fencingToken: sync.fencingToken,
    passId,
  };
}

/** Parts the items that fit the definition's schema from those that do not. */
function sift(
  definition: SyncDefinition,
  items: readonly unknown[],
): { fitting: FetchedRecord[]; rejected: number } {
  const fitting: FetchedRecord[] = [];
  for (const item of items) {
    const parsed = definition.item.safeParse(item);
    if (parsed.success)
      fitting.push({ externalId: definition.idOf(parsed.data as never), data: parsed.data });
  }
  return { fitting, rejected: items.length - fitting.length };
}

function countRun(metrics: Metrics, sync: string, changes: RecordChanges): void {
  metrics.runs.inc({ sync, result: "succeeded" });
  for (const [change, count] of Object.entries(changes)) metrics.records.inc({ sync, change }, count);
}
