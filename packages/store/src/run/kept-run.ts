// The document of a run that has news or failed: written before the run's last write to its sync, and taken
// back where that fails.

import { type Checkpoint, noTimeline, type RunEvent, type RunOutcome, withEvent } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import type { RunDocument, SyncDocument } from "../documents.ts";
import { tokenText } from "../token-text.ts";

/** The document of a run that has news. */
export type KeptRun = ReturnType<typeof createKeptRun>;

/** Of a run as its start left its sync: what the slices before it did is there. */
export function createKeptRun(
  runs: Collection<RunDocument>,
  { _id: syncId, fencingToken, quiet, checkpoint }: SyncDocument,
) {
  const _id = `${syncId}/${tokenText(fencingToken)}`;
  let timeline = checkpoint?.timeline ?? noTimeline;

  return {
    /** In memory until the run's end, or its slice's: it costs no write of its own. */
    note(event: RunEvent): void {
      timeline = withEvent(timeline, event);
    },

    /** The checkpoint with what was done so far, for the next slice. */
    carriedBy(kept: Checkpoint | null): Checkpoint | null {
      return kept === null || timeline.events.length === 0 ? kept : { ...kept, timeline };
    },

    async keep(ended: RunOutcome): Promise<void> {
      const steps = timeline.events.length === 0 ? {} : { timeline };
      const run = { ...ended, ...(quiet === null ? {} : { quietBefore: quiet }), ...steps };
      await runs.replaceOne({ _id }, run, { upsert: true });
    },

    async takeBack(): Promise<void> {
      await runs.deleteOne({ _id });
    },
  };
}
