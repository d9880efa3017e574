// A pass: how it begins, what a page of it gives, and what is worth telling of its end.

import {
  addChanges,
  type Checkpoint,
  noChanges,
  type RecordChanges,
  type RunOutcome,
  type Sweep,
  type TimeWindow,
} from "@fleetkeeper/model";
import type { SyncDocument } from "../documents.ts";
import type { SetAsideItem } from "./set-aside.ts";
import type { FetchedRecord } from "./write-records.ts";

/** What one page of a pass gave. */
export interface FetchedPage {
  records: readonly FetchedRecord[];
  setAside: readonly SetAsideItem[];
  /** Trackunit's position of the next page; null after the last. */
  nextCursor: string | null;
  /** Why the pass cannot prove that a record is gone. */
  disturbed?: string | undefined;
}

/** Where a search begins. */
export const firstSweep: Sweep = { phase: "note", after: null, known: 0, missing: 0 };

/** The checkpoint of a pass that has read nothing yet. `isFirst`: whether no run of the sync came before. */
export function newPass(
  pass: number,
  { startedAt, window, isFirst }: { startedAt: Date; window: TimeWindow | null; isFirst: boolean },
): Checkpoint {
  return {
    ...(isFirst && { isFirst }),
    pass,
    startedAt,
    cursor: null,
    pages: 0,
    records: 0,
    changes: noChanges,
    complete: false,
    disturbed: null,
    sweep: null,
    window,
  };
}

/**
 * The checkpoint after one more page. `changes`: what the page came to; `setAside`: all of its items that
 * were.
 */
export function afterPage(
  before: Checkpoint,
  page: FetchedPage,
  { changes, setAside }: { changes: RecordChanges; setAside: readonly SetAsideItem[] },
): Checkpoint {
  return {
    ...before,
    cursor: page.nextCursor,
    pages: before.pages + 1,
    records: before.records + page.records.length,
    changes: addChanges(before.changes, changes),
    complete: page.nextCursor === null,
    disturbed: before.disturbed ?? page.disturbed ?? withoutId(setAside) ?? null,
  };
}

/** Whether a run is kept in the history, instead of being counted only. */
export function hasNews({ outcome, changes }: RunOutcome): boolean {
  const { created, updated, deleted, rejected } = changes;
  return outcome === "failed" || created + updated + deleted + rejected > 0;
}

/** What a run that ended leaves in its sync. */
export function afterRun({ quiet }: Pick<SyncDocument, "quiet">, ended: RunOutcome): Partial<SyncDocument> {
  const { outcome, startedAt: since, at } = ended;
  const counted = quiet === null ? { runs: 1, since } : { ...quiet, runs: quiet.runs + 1 };
  return {
    lastRun: ended,
    quiet: hasNews(ended) ? null : counted,
    ...(outcome === "succeeded" ? { lastSuccessAt: at } : {}),
  };
}

/**
 * The webhook that started a run, if its pass began after that, so that it has read the reported change.
 */
export function setOffBy(
  { refresh }: Pick<SyncDocument, "refresh">,
  pass: Checkpoint | null,
): Pick<RunOutcome, "setOffBy"> {
  return refresh && pass && refresh.at <= pass.startedAt ? { setOffBy: refresh.delivery } : {};
}

/** Why a pass that set these aside proves no absence; undefined where it can. */
function withoutId(setAside: readonly SetAsideItem[]): string | undefined {
  return setAside.some(({ externalId }) => externalId === undefined)
    ? "an item without an id was set aside, and it could be any record"
    : undefined;
}

/**
 * Where the next window begins at the latest, after a pass over this one; null where this one was read whole.
 * Items that were set aside are read again with their window until they fit. What a disturbed pass may have
 * missed is read again until a pass is undisturbed; where every pass is disturbed, each moment is read again
 * once, so that the windows do not grow.
 */
export function rereadFrom(
  window: TimeWindow,
  before: Pick<SyncDocument, "window" | "disturbed">,
  { changes, disturbed }: Pick<Checkpoint, "changes" | "disturbed">,
): Date | null {
  if (changes.rejected > 0) return window.from;
  if (disturbed === null) return null;
  return (before.disturbed === null ? undefined : before.window?.to) ?? window.from;
}
