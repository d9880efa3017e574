// Handler of queue `sync`: one slice of one run. Checkpoint, pages, records, checkpoint; then the next account's turn.

import type { Payloads } from "@fleetkeeper/jobs";
import {
  addChanges,
  type Checkpoint,
  noChanges,
  type RecordChanges,
  type RunOutcome,
} from "@fleetkeeper/model";
import { LeaseLostError, nextSlot, type RunScope, type SyncDocument } from "@fleetkeeper/store";
import type { SyncDefinition } from "@fleetkeeper/syncs";
import type { Traces } from "@fleetkeeper/telemetry";
import { type createTrackunit, type Page, PagesEndlessError } from "@fleetkeeper/trackunit";
import { type KeptLease, keepLease } from "./keep-lease.ts";
import { newPass } from "./new-pass.ts";
import { type SettleOptions, settleFailure } from "./settle-failure.ts";
import { sift } from "./sift.ts";
import { createSyncReport } from "./sync-report.ts";
import { tracedPages } from "./traced-pages.ts";

export interface SyncHandlerOptions extends SettleOptions {
  trackunit: ReturnType<typeof createTrackunit>;
  definitions: ReadonlyMap<string, SyncDefinition>;
  traces: Traces;
  /** A slice ends after so many pages or so long, whichever is first. */
  slicePages: number;
  sliceMs: number;
  /** A run whose worker died is taken over after so long. */
  leaseMs: number;
}

/** A list that is longer than this is one that never ends. */
const pagesOfAPass = 100_000;

interface Outcome {
  outcome: "obsolete" | "superseded" | "next slice" | "succeeded" | "failed";
  code?: string;
  records?: number;
}

/** A slice on its way: the checkpoint is replaced with each page. */
interface Slice {
  sync: SyncDocument;
  definition: SyncDefinition;
  scope: RunScope;
  checkpoint: Checkpoint;
  signal: AbortSignal;
}

export function createSyncHandler(options: SyncHandlerOptions) {
  const { store, definitions, log, traces, now, leaseMs } = options;
  const report = createSyncReport(options);

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
    const checkpoint = sync.checkpoint ?? newPass(definition?.window, sync.watermark, now());
    try {
      if (definition === undefined) throw new UnknownSyncError(sync.sync);
      const slice = { sync, definition, scope: scopeOf(sync, definition, checkpoint), checkpoint, signal };
      try {
        return await runSlice(slice);
      } catch (error) {
        return await settleFailure(options, { ...slice, error });
      }
    } catch (error) {
      if (error instanceof LeaseLostError) return { outcome: "superseded" };
      if (error instanceof UnknownSyncError)
        return settleFailure(options, { sync, checkpoint, signal, error });
      throw error;
    }
  };

  async function runSlice(slice: Slice): Promise<Outcome> {
    const endsAtMs = performance.now() + options.sliceMs;
    if (!slice.checkpoint.complete && !(await readPages(slice, endsAtMs))) return handBack(slice);
    const looksForVanished =
      slice.definition.deletions === "complete-pass" && !slice.checkpoint.vanishedUnknown;
    if (looksForVanished && !(await sweep(slice, endsAtMs))) return handBack(slice);
    return finish(slice);
  }

  /** Other syncs have their turn; this one goes on at its checkpoint. */
  async function handBack({ sync, checkpoint }: Slice): Promise<Outcome> {
    const { pages, records } = checkpoint;
    const waiting = { for: "next-slice", pages, records } as const;
    await store.syncs.settle(sync._id, sync.fencingToken, {
      nextRunAt: now(),
      waiting,
      checkpoint,
      failures: 0,
    });
    return { outcome: "next slice", records };
  }

  /** @returns whether the last page was read. */
  async function readPages(slice: Slice, endsAtMs: number): Promise<boolean> {
    const { sync, checkpoint } = slice;
    if (checkpoint.pages >= pagesOfAPass)
      throw new PagesEndlessError(`a pass has more than ${pagesOfAPass} pages`);
    const lease = keepLease({
      leaseMs,
      extend: () => store.syncs.extendLease(sync._id, sync.fencingToken, leaseUntil()),
      isLost: (error) => error instanceof LeaseLostError,
    });
    const lastPage = checkpoint.pages + options.slicePages;
    try {
      for await (const page of pagesOf(slice, lease)) {
        lease.progress();
        await writePage(slice, page);
        if (slice.checkpoint.complete) return true;
        if (slice.checkpoint.pages >= lastPage || performance.now() >= endsAtMs) return false;
        slice.signal.throwIfAborted();
      }
    } finally {
      lease.stop();
    }
    throw new Error("the definition's pages ended without a last page (one whose nextCursor is null)");
  }

  function pagesOf({ definition, scope, checkpoint, signal }: Slice, lease: KeptLease): AsyncIterable<Page> {
    const { cursor: from, window } = checkpoint;
    const paging = {
      from,
      pageSize: definition.pageSize,
      signal: AbortSignal.any([signal, lease.signal]),
      ...(window === null ? {} : { window }),
    };
    const pages = definition.pages(options.trackunit(scope.installationId), paging);
    return tracedPages(pages, { traces, sync: definition.name });
  }

  async function writePage(slice: Slice, page: Page): Promise<void> {
    const { definition, scope, checkpoint } = slice;
    const { records, misfits } = sift(definition, page);
    const fetched = {
      page: checkpoint.pages,
      records,
      alsoSeen: misfits.flatMap(({ externalId }) => externalId ?? []),
      notePresence: definition.deletions === "complete-pass",
    };
    const written = await traces.span(
      "records.write",
      { sync: definition.name, records: records.length },
      () => store.records.writePage(scope, fetched, now()),
    );
    await store.setAside.keep(scope, misfits, now());
    slice.checkpoint = {
      ...withChanges(checkpoint, { ...written, rejected: misfits.length }),
      cursor: page.nextCursor,
      pages: checkpoint.pages + 1,
      records: checkpoint.records + records.length,
      complete: page.nextCursor === null,
      vanishedUnknown:
        checkpoint.vanishedUnknown || misfits.some(({ externalId }) => externalId === undefined),
    };
    await store.syncs.saveCheckpoint(scope.syncId, scope.fencingToken, slice.checkpoint, leaseUntil());
    report.changes(definition.name, { ...written, rejected: misfits.length });
    await report.page(slice.sync, checkpoint, records.length);
  }

  /** @returns whether every stored record has been looked at. */
  async function sweep(slice: Slice, endsAtMs: number): Promise<boolean> {
    const { sync, scope, signal } = slice;
    const { sweptTo: after, pages: page } = slice.checkpoint;
    for await (const { deleted, sweptTo } of store.records.sweepVanished(scope, {
      after,
      page,
      now: now(),
    })) {
      slice.checkpoint = { ...withChanges(slice.checkpoint, { ...noChanges, deleted }), sweptTo };
      report.changes(sync.sync, { deleted });
      if (sweptTo === null) return true;
      await store.syncs.saveCheckpoint(scope.syncId, scope.fencingToken, slice.checkpoint, leaseUntil());
      if (performance.now() >= endsAtMs) return false;
      signal.throwIfAborted();
    }
    return true;
  }

  async function finish({ sync, definition, scope, checkpoint }: Slice): Promise<Outcome> {
    const { startedAt, records, pages, changes, window } = checkpoint;
    const lastRun: RunOutcome = { at: now(), startedAt, outcome: "succeeded", records, pages, changes };
    const nextRunAt = nextSlot(sync._id, sync.intervalMs ?? definition.intervalMs, now());
    await store.syncs.settle(sync._id, sync.fencingToken, {
      nextRunAt,
      waiting: { for: "schedule", until: nextRunAt },
      checkpoint: null,
      failures: 0,
      lastRun,
      definedIntervalMs: definition.intervalMs,
      ...(window === null ? {} : { watermark: window.to }),
    });
    await tidy(sync, definition, scope);
    options.metrics.runs.inc({ sync: sync.sync, result: "succeeded" });
    log.info(
      { installationId: sync.installationId, sync: sync.sync, records, pages, changes },
      "sync run succeeded",
    );
    return { outcome: "succeeded", records };
  }

  /** Bounds what a sync leaves behind; what grows slowly is looked at once a day. */
  async function tidy(
    { _id, lastRun }: SyncDocument,
    { deletions }: SyncDefinition,
    scope: RunScope,
  ): Promise<void> {
    if (deletions === "complete-pass") await store.records.forgetPass(_id);
    if (lastRun === null) return;
    if (lastRun.outcome === "failed" || lastRun.changes.rejected > 0)
      await store.setAside.forgetEarlier(scope);
    if (lastRun.at.toDateString() === now().toDateString()) return;
    await store.syncs.pruneRuns(_id, now());
    await store.feed.prune(_id, now());
  }

  function leaseUntil(): Date {
    return new Date(now().getTime() + leaseMs);
  }
}

/** The schedule names a sync that this worker does not have: its definition was removed, or is in a module that this worker was not given. */
class UnknownSyncError extends Error {
  readonly code = "ERR_UNKNOWN_SYNC";
  readonly remedy = "never";

  constructor(name: string) {
    super(`this worker has no sync called ${name}; see SYNC_MODULES`);
  }
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
