// How far a run has come with its pass: the checkpoint, and saving it with the lease and what the operator
// sees.

import { addChanges, type Checkpoint, noChanges, type Sweep, type Waiting } from "@fleetkeeper/model";
import type { SyncDocument } from "../documents.ts";
import type { FeedWriter } from "./feed-writer.ts";
import type { Fence } from "./fence.ts";
import type { HeldRecords } from "./held-records.ts";

/**
 * Of one run. `sync`: as the run's start left it. `seeksMissing`: whether complete passes look for records
 * that are gone.
 */
export function createProgress(
  sync: SyncDocument,
  options: {
    fence: Fence;
    feed: FeedWriter;
    held: HeldRecords;
    seeksMissing: () => boolean;
    leaseMs: number;
    now: () => Date;
  },
) {
  const { fence, feed, held, leaseMs, now } = options;
  let checkpoint = sync.checkpoint;

  const progress = {
    /** Whether items of this sync are set aside. */
    hasSetAside: sync.hasSetAside,

    /** Null where no pass has begun. */
    get: () => checkpoint,

    current,
    seeksMissing,
    save,
    noteHeld,

    /** Not saved yet. */
    moveTo(next: Checkpoint): void {
      checkpoint = next;
    },

    /** Something makes the pass prove nothing about records that are gone. */
    disturb(why: string): void {
      checkpoint = { ...current(), disturbed: why };
    },

    /** A step of the search for missing records, and how many it deleted. */
    async sweptTo(sweep: Sweep, deleted: number): Promise<void> {
      const changes = addChanges(current().changes, { ...noChanges, deleted });
      checkpoint = { ...current(), sweep, changes };
      if (sweep.after !== null) await save();
    },

    async extendLease(): Promise<void> {
      await fence.write({ nextRunAt: leaseUntil() });
    },
  };
  return progress;

  function current(): Checkpoint {
    if (checkpoint === null) throw new Error("the run has not begun");
    return checkpoint;
  }

  /** A first pass has nothing to miss. */
  function seeksMissing(): boolean {
    return options.seeksMissing() && !current().isFirst;
  }

  /** Only after what it stands for is written. */
  async function save(): Promise<void> {
    await noteHeld();
    const { pages, records } = current();
    const since = sync.waiting.for === "running" ? sync.waiting.since : now();
    const waiting: Waiting = { for: "running", since, pages, records };
    const { hasSetAside } = progress;
    await fence.write({ checkpoint, feedOpen: feed.open, hasSetAside, nextRunAt: leaseUntil(), waiting });
  }

  /** Another run may continue with the pass. */
  async function noteHeld(): Promise<void> {
    if (held.isInMemory() && seeksMissing()) await held.noteAll(current().pass);
  }

  function leaseUntil(): Date {
    return new Date(now().getTime() + leaseMs);
  }
}
