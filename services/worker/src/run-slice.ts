// One slice of one run: pages, records, checkpoint; then the next account's turn.

import { defineError, FleetkeeperError, type RunEvent, type RunOutcome } from "@fleetkeeper/model";
import { type AbsenceRules, LeaseLostError, nextSlot, type Run } from "@fleetkeeper/store";
import { type SyncDefinition, sift } from "@fleetkeeper/syncs";
import type { Traces } from "@fleetkeeper/telemetry";
import { type createTrackunit, type Page, PagesEndlessError, type SentRequest } from "@fleetkeeper/trackunit";
import { type KeptLease, keepLease } from "./keep-lease.ts";
import { nextWindow } from "./next-window.ts";
import { type SettleOptions, settleFailure } from "./settle-failure.ts";
import { createSyncReport, type SyncReport } from "./sync-report.ts";
import { tracedPages } from "./traced-pages.ts";
import { createTurn, type Turn } from "./turn.ts";

export interface SliceOptions extends SettleOptions {
  trackunit: ReturnType<typeof createTrackunit>;
  definitions: ReadonlyMap<string, SyncDefinition>;
  traces: Traces;
  /** A slice ends after this many pages or this time, whichever is first, unless it may keep its place. */
  slicePages: number;
  sliceMs: number;
  /** A page that takes longer is given up. */
  pageMs: number;
  /** A run whose worker died is taken over after this long. */
  leaseMs: number;
  absence: AbsenceRules;
}

/** A longer list counts as one that never ends. */
const maxPagesOfPass = 100_000;
/**
 * A run ends its slice after this even if no other sync waits, since the install and the interval that it was
 * started with grow old.
 */
const maxSliceMs = 60_000;

export interface SliceOutcome {
  outcome: "superseded" | "next slice" | "succeeded" | "failed";
  code?: string;
  records?: number;
}

/** What a slice gets from the worker. */
export interface Place {
  /** Aborts when the worker wants it back now. */
  signal: AbortSignal;
  /** Whether no other sync wants it. */
  mayBeKept: () => boolean;
}

/** What a slice begins with. */
interface Beginning {
  run: Run;
  definition: SyncDefinition;
  place: Place;
}

/** A slice on its way. */
interface Slice extends Beginning {
  lease: KeptLease;
  /** Aborts when the worker wants the place back or the lease is lost. */
  signal: AbortSignal;
  turn: Turn;
}

type Context = SliceOptions & { report: SyncReport };

/**
 * A function that runs one slice of a started run, and settles the run with any result. It rejects only when
 * the result could not be written to MongoDB: then the sync is due again when its lease ends.
 */
export function createRunSlice(options: SliceOptions) {
  const context: Context = { ...options, report: createSyncReport(options) };

  return async (run: Run, place: Place): Promise<SliceOutcome> => {
    const definition = context.definitions.get(run.sync.sync);
    try {
      if (definition !== undefined) return await readOrSettle(context, { run, definition, place });
      const error = new UnknownSyncError(run.sync.sync);
      return await settleFailure(context, { run, definition, error, signal: place.signal });
    } catch (error) {
      if (error instanceof LeaseLostError) return superseded(context, run);
      throw error;
    }
  };
}

async function readOrSettle(context: Context, beginning: Beginning): Promise<SliceOutcome> {
  try {
    return await readSlice(context, beginning);
  } catch (error) {
    return settleFailure(context, { ...beginning, error, signal: beginning.place.signal });
  }
}

function superseded({ metrics, log }: Context, { sync }: Run): SliceOutcome {
  const { installationId, fencingToken } = sync;
  metrics.runs.inc({ sync: sync.sync, result: "superseded" });
  log.info({ installationId, sync: sync.sync, fencingToken }, "sync run superseded by another");
  return { outcome: "superseded" };
}

async function readSlice(context: Context, beginning: Beginning): Promise<SliceOutcome> {
  const { now, leaseMs, pageMs } = context;
  const { run, definition, place } = beginning;
  const seeksMissing = definition.deletions === "complete-pass";
  await run.begin({ resource: definition.resource, seeksMissing }, () =>
    nextWindow(definition.window, run.sync, now()),
  );
  run.note({ kind: "slice", at: now() });
  const lease = keepLease({
    leaseMs,
    pageMs,
    extend: () => run.extendLease(),
    isLost: (error) => error instanceof LeaseLostError,
  });
  const slice: Slice = {
    ...beginning,
    lease,
    signal: AbortSignal.any([place.signal, lease.signal]),
    turn: createTurn({
      pages: context.slicePages,
      ms: context.sliceMs,
      maxMs: maxSliceMs,
      mayGoOn: place.mayBeKept,
    }),
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

/** Other syncs have their turn; this one continues at its checkpoint. */
async function makeRoom({ now }: Context, run: Run): Promise<SliceOutcome> {
  const { pages, records } = run.checkpoint;
  const waiting = { for: "next-slice", pages, records } as const;
  await run.settle({ nextRunAt: now(), waiting, failures: 0, keepsCheckpoint: true });
  return { outcome: "next slice", records };
}

/** @returns whether the last page was read. */
async function readPages(context: Context, slice: Slice): Promise<boolean> {
  const { run, lease, signal, turn } = slice;
  for await (const page of pagesOf(context, slice)) {
    lease.progress();
    await writePage(context, slice, page);
    if (run.checkpoint.complete) return true;
    if (run.checkpoint.pages >= maxPagesOfPass)
      throw new PagesEndlessError(`a pass has more than ${maxPagesOfPass} pages`);
    turn.pageRead();
    if (turn.isOver()) return false;
    signal.throwIfAborted();
  }
  throw new Error("the definition's pages ended without a last page (one whose nextCursor is null)");
}

function pagesOf(
  { trackunit, traces, now }: Context,
  { run, definition, signal }: Slice,
): AsyncIterable<Page> {
  const { cursor: from, window } = run.checkpoint;
  const paging = {
    from,
    pageSize: definition.pageSize,
    signal,
    ...(window === null ? {} : { window }),
  };
  const { installationId, generation } = run.sync;
  const client = trackunit(installationId, {
    generation,
    onRequest: (sent) => run.note(stepOf(sent, now())),
  });
  const pages = definition.pages(client, paging);
  return tracedPages(pages, { traces, sync: definition.name });
}

const longestPath = 200;

function stepOf({ method, path, status, durationMs, attempt, waitedMs }: SentRequest, at: Date): RunEvent {
  return {
    kind: "request",
    at,
    method,
    path: path.slice(0, longestPath),
    status: status === "none" ? null : status,
    durationMs: Math.round(durationMs),
    attempt,
    waitedMs,
  };
}

async function writePage(
  { traces, report, now }: Context,
  { run, definition }: Slice,
  page: Page,
): Promise<void> {
  const { records, setAside } = sift(definition, page);
  const before = run.checkpoint;
  const fetched = { records, setAside, nextCursor: page.nextCursor, disturbed: page.disturbed };
  const changes = await traces.span("records.write", { sync: definition.name, records: records.length }, () =>
    run.writePage(fetched),
  );
  run.note({ kind: "page", at: now(), records: records.length, changes });
  report.changes(definition.name, changes);
  await report.page(run.sync, before, records.length);
}

/** @returns whether every stored record has been looked at. */
async function sweep({ absence, report }: Context, { run, lease, signal, turn }: Slice): Promise<boolean> {
  for await (const { deleted } of run.sweep(absence)) {
    lease.progress();
    report.changes(run.sync.sync, { deleted });
    if (run.checkpoint.sweep?.after === null) continue;
    if (turn.isOver()) return false;
    signal.throwIfAborted();
  }
  return true;
}

async function finish(context: Context, { run, definition }: Slice): Promise<SliceOutcome> {
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
  if (sync.refresh && sync.refresh.at <= startedAt)
    metrics.webhookToRunSeconds.observe(
      { sync: sync.sync },
      (ended.at.getTime() - sync.refresh.at.getTime()) / 1_000,
    );
  const { installationId, sync: name } = sync;
  const fields = { installationId, sync: name, records, pages, changes };
  log.info(disturbed === null ? fields : { ...fields, disturbed }, "sync run succeeded");
  return { outcome: "succeeded", records };
}

/**
 * The schedule names a sync that this worker does not have: its definition was removed, or is in a module
 * that this worker was not given.
 */
class UnknownSyncError extends defineError(FleetkeeperError, "ERR_UNKNOWN_SYNC", "never") {
  constructor(name: string) {
    super(`this worker has no sync called ${name}; see SYNC_MODULES`);
  }
}
