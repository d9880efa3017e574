// The fields of a sync that its runs leave behind: before the first run, and where an earlier version wrote
// it.

import type { SyncDocument } from "./documents.ts";

/** What runs leave behind in a sync, before the first one. */
export function fieldsAtFirst(now: Date) {
  return {
    firstToken: 0,
    window: null,
    rereadFrom: null,
    lastChangeAt: null,
    feedHead: null,
    feedOpen: null,
    lastPass: null,
    disturbed: null,
    heldBack: null,
    hasSetAside: false,
    quiet: null,
    untidied: 0,
    tidiedAt: now,
  } satisfies Partial<SyncDocument>;
}

/**
 * A sync that an earlier version wrote: what it lacks, and no checkpoint, which that version wrote in another
 * shape.
 */
export function syncOfToday(sync: SyncDocument): SyncDocument {
  const checkpoint = sync.checkpoint?.pass === undefined ? null : sync.checkpoint;
  return { ...fieldsAtFirst(sync.createdAt), ...sync, checkpoint };
}
