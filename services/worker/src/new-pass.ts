// The checkpoint at the beginning of a pass.

import { type Checkpoint, noChanges } from "@fleetkeeper/model";
import type { SyncDefinition } from "@fleetkeeper/syncs";

/** A windowed pass reads up to its own beginning, taken before the first request: the next one goes on there, without a gap. */
export function newPass(
  window: SyncDefinition["window"],
  watermark: Date | null,
  startedAt: Date,
): Checkpoint {
  return {
    passId: startedAt.getTime().toString(36),
    startedAt,
    cursor: null,
    pages: 0,
    records: 0,
    changes: noChanges,
    complete: false,
    sweptTo: null,
    vanishedUnknown: false,
    window: window === undefined ? null : { from: windowStart(window, watermark, startedAt), to: startedAt },
  };
}

function windowStart(
  { lookbackMs, overlapMs }: NonNullable<SyncDefinition["window"]>,
  watermark: Date | null,
  startedAt: Date,
): Date {
  return new Date(watermark === null ? startedAt.getTime() - lookbackMs : watermark.getTime() - overlapMs);
}
