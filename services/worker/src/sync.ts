// Handler of queue `sync`: one slice of one run. Pages, records, checkpoint; then the next account's turn.

import type { Payloads } from "@fleetkeeper/jobs";
import { installationOfSync, type RunOutcome } from "@fleetkeeper/model";
import { type AbsenceRules, LeaseLostError, nextSlot, type Run } from "@fleetkeeper/store";
import type { SyncDefinition } from "@fleetkeeper/syncs";
import type { Traces } from "@fleetkeeper/telemetry";
import { type createTrackunit, type Page, PagesEndlessError } from "@fleetkeeper/trackunit";
import { type KeptLease, keepLease } from "./keep-lease.ts";
import { nextWindow } from "./next-window.ts";
import { createPlaces } from "./places.ts";
import { type SettleOptions, settleFailure } from "./settle-failure.ts";
import { sift } from "./sift.ts";
import { createSyncReport, type SyncReport } from "./sync-report.ts";
import { tracedPages } from "./traced-pages.ts";

export interface SyncHandlerOptions extends SettleOptions {
  trackunit: ReturnType<typeof createTrackunit>;
  definitions: ReadonlyMap<string, SyncDefinition>;
  traces: Traces;
  /** A slice ends after this many pages or this long, whichever is first. */
  slicePages: number;
  sliceMs: number;
  /** A page that takes longer is given up. */
  pageMs: number;
  /** A run whose worker died is taken over after this long. */
  leaseMs: number;
  absence: AbsenceRules;
  /** How many syncs of one account this worker runs at a time. */
  placesPerAccount: number;
}

/** A list that is longer than this is one that never ends. */
const maxPagesOfPass = 100_000;
/** When the account has its places: it is looked at again after this long. */
const placeWaitMs = 500;

export interface SyncOutcome {
  outcome: "obsolete" | "superseded" | "handed back" | "next slice" | "succeeded" | "failed";
  code?: string;
  records?: number;
}

/** A slice on its way. */
interface Slice {
  run: Run;
  definition: SyncDefinition;
  lease: KeptLease;
  /** Aborts when the worker stops or the lease is lost. */
  signal: AbortSignal;
  endsAtMs: number;
}

type Context = SyncHandlerOptions & { report: SyncReport };

export function createSyncHandler(options: SyncHandlerOptions) {
  const { store, now, leaseMs } = options;
  const context = { ...options, report: createSyncReport(options) };
  const places = createPlaces(options.placesPerAccount);

  return async (task: { payload: Payloads["sync"]; signal: AbortSignal }): Promise<SyncOutcome> => {
    const { syncId, fencingToken } = task.payload;
    const account = installationOfSync(syncId);
    if (!places.take(account)) {
      const again = new Date(now().getTime() + placeWaitMs);
      const handedBack = await store.syncs.handBack(syncId, fencingToken, again);
      return { outcome: handedBack ? "handed back" : "obsolete" };
    }
    try {
      const run = await store.syncs.start(syncId, fencingToken, { leaseMs, now });
      return run === undefined ? { outcome: "obsolete" } : await runOrSettle(context, run, task.signal);
    } finally {
      places.giveBack(account);
    }
  };
}

async function runOrSettle(context: Context, run: Run, signal: AbortSignal): Promise<SyncOutcome> {
  const { sync } = run;
  const definition = context.definitions.get(sync.sync);
  try {
    try {
      if (definition === undefined) throw new UnknownSyncError(sync.sync);
      return await runSlice(context, { run, definition, signal });
    } catch (error) {
      return await settleFailure(context, { run, definition, error, signal });
    }
  } catch (error) {
    if (!(error instanceof LeaseLostError)) throw error;
    context.metrics.runs.inc({ sync: sync.sync, result: "superseded" });
    const { installationId, fencingToken } = sync;
    context.log.info({ installationId, sync: sync.sync, fencingToken }, "sync run superseded by another");
    return { outcome: "superseded" };
  }
}

async function runSlice(
  context: Context,
  { run, definition, signal }: Pick<Slice, "run" | "definition" | "signal">,
): Promise<SyncOutcome> {
  const { now, sliceMs, leaseMs, pageMs } = context;
  const seeksMissing = definition.deletions === "complete-pass";
  await run.begin({ resource: definition.resource, seeksMissing }, () =>
    nextWindow(definition.window, run.sync, now()),
  );
  const lease = keepLease({
    leaseMs,
    pageMs,
    extend: () => run.extendLease(),
    isLost: (error) => error instanceof LeaseLostError,
  });
  const slice: Slice = {
    run,
    definition,
    lease,
    signal: AbortSignal.any([signal, lease.signal]),
    endsAtMs: performance.now() + sliceMs,
  };
  try {
    if (!run.checkpoint.complete && !(await readPages(context, slice))) return await makeRoom(context, run);
    const canSweep = seeksMissing && run.checkpoint.disturbed === null;
    if (canSweep && !(await sweep(context, slice))) return await makeRoom(context, run);
    return await finish(context, slice);
  } finally {
    lease.stop();
  }
}

/** Other syncs have their turn; this one goes on at its checkpoint. */
async function makeRoom({ now }: Context, run: Run): Promise<SyncOutcome> {
  const { pages, records } = run.checkpoint;
  const waiting = { for: "next-slice", pages, records } as const;
  await run.settle({ nextRunAt: now(), waiting, failures: 0, keepsCheckpoint: true });
  return { outcome: "next slice", records };
}

/** @returns whether the last page was read. */
async function readPages(context: Context, slice: Slice): Promise<boolean> {
  const { run, lease, signal, endsAtMs } = slice;
  const begunAt = run.checkpoint.pages;
  if (begunAt >= maxPagesOfPass) throw new PagesEndlessError(`a pass has more than ${maxPagesOfPass} pages`);
  for await (const page of pagesOf(context, slice)) {
    lease.progress();
    await writePage(context, slice, page);
    const { complete, pages } = run.checkpoint;
    if (complete) return true;
    if (pages >= begunAt + context.slicePages || performance.now() >= endsAtMs) return false;
    signal.throwIfAborted();
  }
  throw new Error("the definition's pages ended without a last page (one whose nextCursor is null)");
}

function pagesOf({ trackunit, traces }: Context, { run, definition, signal }: Slice): AsyncIterable<Page> {
  const { cursor: from, window } = run.checkpoint;
  const paging = {
    from,
    pageSize: definition.pageSize,
    signal,
    ...(window === null ? {} : { window }),
  };
  const { installationId, generation } = run.sync;
  const pages = definition.pages(trackunit(installationId, { generation }), paging);
  return tracedPages(pages, { traces, sync: definition.name });
}

async function writePage({ traces, report }: Context, { run, definition }: Slice, page: Page): Promise<void> {
  const { records, setAside } = sift(definition, page);
  const before = run.checkpoint;
  const fetched = { records, setAside, nextCursor: page.nextCursor, disturbed: page.disturbed };
  const changes = await traces.span("records.write", { sync: definition.name, records: records.length }, () =>
    run.writePage(fetched),
  );
  report.changes(definition.name, changes);
  await report.page(run.sync, before, records.length);
}

/** @returns whether every stored record has been looked at. */
async function sweep(
  { absence, report }: Context,
  { run, lease, signal, endsAtMs }: Slice,
): Promise<boolean> {
  for await (const { deleted } of run.sweep(absence)) {
    lease.progress();
    report.changes(run.sync.sync, { deleted });
    if (run.checkpoint.sweep?.after === null) continue;
    if (performance.now() >= endsAtMs) return false;
    signal.throwIfAborted();
  }
  return true;
}

async function finish(context: Context, { run, definition }: Slice): Promise<SyncOutcome> {
  const { now, metrics, log } = context;
  const { sync } = run;
  await run.endPass();
  const { startedAt, records, pages, changes, disturbed } = run.checkpoint;
  const ended: RunOutcome = { at: now(), startedAt, outcome: "succeeded", records, pages, changes };
  const nextRunAt = nextSlot(sync._id, sync.intervalMs ?? definition.intervalMs, now());
  await run.settle({
    nextRunAt,
    waiting: { for: "schedule", until: nextRunAt },
    failures: 0,
    keepsCheckpoint: false,
    ended,
    definedIntervalMs: definition.intervalMs,
  });
  metrics.runs.inc({ sync: sync.sync, result: "succeeded" });
  const { installationId, sync: name } = sync;
  const fields = { installationId, sync: name, records, pages, changes };
  log.info(disturbed === null ? fields : { ...fields, disturbed }, "sync run succeeded");
  return { outcome: "succeeded", records };
}

/** The schedule names a sync that this worker does not have: its definition was removed, or is in a module that this worker was not given. */
class UnknownSyncError extends Error {
  readonly code = "ERR_UNKNOWN_SYNC";
  readonly remedy = "never";

  constructor(name: string) {
    super(`this worker has no sync called ${name}; see SYNC_MODULES`);
  }
}
