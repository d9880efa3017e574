// A run of one sync: the only way to write what a sync reads. Each of its writes carries the run's fencing
// token or is made on the condition that the run still has its sync, so that a run which stalled and was
// replaced changes nothing.

import type { Checkpoint, RecordChanges, TimeWindow } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import type {
  PassPageDocument,
  RecordDocument,
  RunDocument,
  SetAsideDocument,
  SyncDocument,
} from "../documents.ts";
import type { ChangesDocument } from "../feed-documents.ts";
import { ownCollection } from "../own-collection.ts";
import { createFeedWriter } from "./feed-writer.ts";
import { createFence } from "./fence.ts";
import { createHeldRecords } from "./held-records.ts";
import { createKeptRun } from "./kept-run.ts";
import { createLook } from "./look.ts";
import { rulesFor } from "./new-client.ts";
import type { Telling } from "./news-of-run.ts";
import { createPageNotes } from "./page-notes.ts";
import { afterPage, type FetchedPage, firstSweep, newPass, rereadFrom } from "./pass.ts";
import { createProgress } from "./progress.ts";
import { forgetEarlierSetAside, keepSetAside } from "./set-aside.ts";
import { settleRun } from "./settle-run.ts";
import type { Settlement } from "./settlement.ts";
import { createSteady } from "./steady.ts";
import type { AbsenceRules, SweepContext } from "./sweep.ts";
import { sweepInSteps } from "./sweep-in-steps.ts";
import { deleteEarlier, isTidyDue, tidy } from "./tidy.ts";
import { writeRecords } from "./write-records.ts";

/** Every write of it is fenced. @throws LeaseLostError from each, once another run has begun. */
export type Run = ReturnType<typeof createRun>;

/** Where a run writes, and who is told. */
export interface RunDatabase {
  db: Db;
  syncs: Collection<SyncDocument>;
  telling: Telling;
}

/** What a run writes into. */
export interface RunTarget {
  /** The collection of the records. */
  resource: string;
  /** Whether complete passes look for records that are gone. */
  seeksMissing: boolean;
}

/** `sync`: as the run's start left it. `leaseMs`: how long the run keeps its sync after each sign of life. */
export function createRun(
  { db, syncs, telling }: RunDatabase,
  sync: SyncDocument,
  { leaseMs, now }: { leaseMs: number; now: () => Date },
) {
  const { _id: syncId, fencingToken: token } = sync;
  const kept = createKeptRun(ownCollection<RunDocument>(db, "runs"), sync);
  const changes: Collection<ChangesDocument> = ownCollection(db, "changes");
  const setAside: Collection<SetAsideDocument> = ownCollection(db, "setAside");
  const fence = createFence(syncs, sync);
  const feed = createFeedWriter({ entries: changes, records: recordsOf, fence, sync, ...telling });
  let into: RunTarget | undefined;
  const held = createHeldRecords(createPageNotes(ownCollection<PassPageDocument>(db, "passPages"), syncId), {
    token: sync.fencingToken,
    isNoted: sync.checkpoint !== null,
  });
  const steady = createSteady(sync, now());
  const look = createLook(sync);
  const progress = createProgress(sync, {
    fence,
    feed,
    held,
    seeksMissing: () => target().seeksMissing,
    leaseMs,
    now,
  });
  const { current } = progress;
  let endOfPass: Partial<SyncDocument> = {};

  return {
    sync,

    /** The pass that the run is in. Throws before `begin`. */
    get checkpoint(): Checkpoint {
      return current();
    },

    /** The same; null where none has begun. */
    get progress(): Checkpoint | null {
      return progress.get();
    },

    /**
     * To be called first; takes up the pass where the run before left it, or begins one, and puts in order
     * what a crash left. `window`: of a windowed sync, called only when a pass begins.
     * @throws LeaseLostError; so do all the others, when another run of this sync has started.
     */
    async begin(target: RunTarget, window: () => TimeWindow | null): Promise<void> {
      into = target;
      if (sync.firstToken > 0 && sync.lastRun === null && progress.get() === null)
        await deleteEarlier(db, fence, target.resource);
      if (progress.get() === null)
        progress.moveTo(
          newPass(token, { startedAt: now(), window: window(), isFirst: sync.lastRun === null }),
        );
      await feed.correct(now());
      if (isTidyDue(sync, now())) {
        await tidy(db, syncId, now());
        await fence.write({ untidied: 0, tidiedAt: now() });
      }
    },

    /**
     * Writes a page: its new and changed records, its items that are set aside, and which records it held,
     * then the checkpoint. May be repeated.
     */
    async writePage(page: FetchedPage): Promise<RecordChanges> {
      const before = current();
      const alsoSeen = page.setAside.flatMap(({ externalId }) => externalId ?? []);
      const written = await writeRecords(
        { records: recordsOf(), feed, fence, steady, look },
        { records: page.records, alsoSeen },
        now(),
      );
      const aside = [...page.setAside, ...written.refused];
      if (aside.length > 0) {
        steady.stop();
        progress.hasSetAside = true;
        await keepSetAside(setAside, fence, before, aside, now());
      }
      await held.add([...page.records.map(({ externalId }) => externalId), ...alsoSeen], {
        pass: before.pass,
        page: before.pages,
        isLast: page.nextCursor === null,
        isSteady: steady.isWholeUntilNow(),
        seeksMissing: progress.seeksMissing(),
      });
      const changes = { ...written.changes, rejected: aside.length };
      progress.moveTo(afterPage(before, page, { changes, setAside: aside }));
      // After the only page of a pass the end of the run follows, which makes the same durable. Before the
      // end of a pass that changes nothing there is nothing to keep: after a crash it is read again.
      if (!held.isInMemory()) await progress.save();
      return changes;
    },

    /**
     * Looks for records that are gone, in steps; gives what each deleted, and has saved its progress then.
     * Not to be called before the pass is complete, nor for one that was disturbed.
     */
    async *sweep(usualRules: AbsenceRules): AsyncGenerator<{ deleted: number }> {
      const { pass, pages, isFirst } = current();
      if (isFirst || steady.isWhole()) {
        endOfPass = { lastPass: pass, heldBack: null, steady: steady.kept() };
        return;
      }
      const seen = await held.seenIn(pass, pages);
      if (typeof seen === "string") return progress.disturb(seen);
      const { lastPass } = sync;
      const context: SweepContext = { records: recordsOf(), feed, fence, pass, lastPass, seen };
      const heldBack = yield* sweepInSteps(context, {
        from: current().sweep ?? firstSweep,
        heldBack: sync.heldBack,
        rulesOf: async ({ missing }) =>
          missing === 0 ? usualRules : rulesFor(db, sync.installationId, usualRules),
        advance: progress.sweptTo,
        now,
      });
      endOfPass = { lastPass: pass, heldBack: current().changes.deleted > 0 ? null : heldBack };
      if (current().sweep?.missing === 0) endOfPass = { ...endOfPass, steady: steady.kept() };
    },

    /** Tells operators of a step; kept if the run has news or fails. */
    note: kept.note,

    /** Makes the lease longer when there is no progress to save. */
    extendLease: progress.extendLease,

    /** Ends a pass that was read to its end: forgets what only it needed. To be called before `settle`. */
    async endPass(): Promise<void> {
      const { pass, window, disturbed } = current();
      if (target().seeksMissing) await held.forget(pass);
      if (progress.hasSetAside)
        progress.hasSetAside = await forgetEarlierSetAside(setAside, fence, current());
      endOfPass = { ...endOfPass, disturbed };
      if (window !== null)
        endOfPass = { ...endOfPass, window, rereadFrom: rereadFrom(window, sync, current()) };
    },

    /**
     * Ends the run: gives the lease back and says when and why to run next. When an operator asked for
     * another run or set another interval in the meantime, or the account was installed again, it is due at
     * once.
     */
    async settle(settlement: Settlement): Promise<void> {
      if (settlement.keepsCheckpoint) await progress.noteHeld();
      const { hasSetAside } = progress;
      const left = { steady: null, ...endOfPass, feedOpen: feed.open, hasSetAside };
      await settleRun({ syncs, telling, kept }, sync, settlement, {
        left,
        checkpoint: progress.get(),
        resource: into?.resource,
      });
    },
  };

  function target(): RunTarget {
    if (into === undefined) throw new Error("the run has not begun");
    return into;
  }

  function recordsOf(): Collection<RecordDocument> {
    return db.collection<RecordDocument>(target().resource);
  }
}
