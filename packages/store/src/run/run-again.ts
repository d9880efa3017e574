// What follows a run that ended while another one was asked for.

import type { RunOutcome } from "@fleetkeeper/model";
import type { SyncDocument } from "../documents.ts";
import { pauseAfter } from "../refresh-pause.ts";

/**
 * The fields over those of the settlement. An operator's run is due at once; a webhook's after the usual
 * pause, and not before the next try of a run that failed, which sees it too.
 */
export function afterwards(
  runAgain: SyncDocument["runAgain"],
  { nextRunAt, keepsCheckpoint }: { nextRunAt: Date | null; keepsCheckpoint: boolean },
  ended: RunOutcome,
): Partial<SyncDocument> {
  if (nextRunAt === null) return {};
  const failed = ended.outcome === "failed";
  if (runAgain === false) return failed ? {} : { refresh: null };
  if (runAgain === true) return { refresh: null, ...dueAt(ended.at) };
  // One that continues at its checkpoint may be past what changed.
  if (failed) return keepsCheckpoint ? {} : { runAgain: false };
  const at = new Date(ended.at.getTime() + pauseAfter(ended));
  return at < nextRunAt ? dueAt(at) : { runAgain: false };
}

function dueAt(at: Date): Partial<SyncDocument> {
  return { runAgain: false, nextRunAt: at, waiting: { for: "schedule", until: at } };
}
