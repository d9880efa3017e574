// A run of one sync: the only way to write what a sync reads. Each of its writes carries the run's fencing
// token or is made on the condition that the run still has its sync, so that a run which stalled and was
// replaced changes nothing.

import {
  addChanges,
  type Checkpoint,
  noChanges,
  type RecordChanges,
  type Sweep,
  type TimeWindow,
  type Waiting,
} from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import type {
  PassPageDocument,
  RecordDocument,
  RunDocument,
  SetAsideDocument,
  SyncDocument,
} from "../documents.ts";
import { LeaseLostError } from "../errors.ts";
import type { ChangesDocument } from "../feed-documents.ts";
import { ownCollection } from "../own-collection.ts";
import { endRun } from "./end-run.ts";
import { createFeedWriter } from "./feed-writer.ts";
import { createFence } from "./fence.ts";
import { createHeldRecords } from "./held-records.ts";
import { createKeptRun } from "./kept-run.ts";
import { rulesFor } from "./new-client.ts";
import { newsOfRun, type Telling } from "./news-of-run.ts";
import { createPageNotes } from "./page-notes.ts";
import {
  afterPage,
  afterRun,
  type FetchedPage,
  firstSweep,
  hasNews,
  newPass,
  rereadFrom,
  setOffBy,
} from "./pass.ts";
import { afterwards } from "./run-again.ts";
import { forgetEarlierSetAside, keepSetAside } from "./set-aside.ts";
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
  let checkpoint = sync.checkpoint;
  const held = createHeldRecords(createPageNotes(ownCollection<PassPageDocument>(db, "passPages"), syncId), {
    token: sync.fencingToken,
    isNoted: checkpoint !== null,
  });
  const steady = createSteady(sync, now());
  let hasSetAside = sync.hasSetAside;
  let endOfPass: Partial<SyncDocument> = {};

  return {
    sync,

    /** The pass that the run is in. Throws before `begin`. */
    get checkpoint(): Checkpoint {
      return current();
    },

    /** The same; null where none has begun. */
    get progress(): Checkpoint | null {
      return checkpoint;
    },

    /**
     * To be called first; takes up the pass where the run before left it, or begins one, and puts in order
     * what a crash left. `window`: of a windowed sync, called only when a pass begins.
     * @throws LeaseLostError; so do all the others, when another run of this sync has started.
     */
    async begin(target: RunTarget, window: () => TimeWindow | null): Promise<void> {
      into = target;
      if (sync.firstToken > 0 && sync.lastRun === null && checkpoint === null)
        await deleteEarlier(db, fence, target.resource);
      checkpoint ??= newPass(token, { startedAt: now(), window: window(), isFirst: sync.lastRun === null });
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
        { records: recordsOf(), feed, fence, steady },
        { records: page.records, alsoSeen },
        now(),
      );
      const aside = [...page.setAside, ...written.refused];
      if (aside.length > 0) {
        steady.stop();
        hasSetAside = true;
        await keepSetAside(setAside, fence, before, aside, now());
      }
      await held.add([...page.records.map(({ externalId }) => externalId), ...alsoSeen], {
        pass: before.pass,
        page: before.pages,
        isLast: page.nextCursor === null,
        seeksMissing: seeksMissing(),
      });
      const changes = { ...written.changes, rejected: aside.length };
      checkpoint = afterPage(before, page, { changes, setAside: aside });
      // After the only page of a pass the end of the run follows, which makes the same durable.
      if (!held.isOnePage()) await saveCheckpoint();
      return changes;
    },

    /**
     * Looks for records that are gone, in steps; gives what each deleted, and has saved its progress then.
     * Not to be called before the pass is complete, nor for one that was disturbed.
     */
    async *sweep(usualRules: AbsenceRules): AsyncGenerator<{ deleted: number }> {
      const { pass, pages, isFirst } = current();
      if (isFirst || steady.isWhole()) {
        endOfPass = { lastPass: pass, heldBack: null, ...(!isFirst && { steady: steady.kept() }) };
        return;
      }
      const seen = await held.seenIn(pass, pages);
      if (typeof seen === "string") return disturb(seen);
      const { lastPass } = sync;
      const context: SweepContext = { records: recordsOf(), feed, fence, pass, lastPass, seen };
      const heldBack = yield* sweepInSteps(context, {
        from: current().sweep ?? firstSweep,
        heldBack: sync.heldBack,
        rulesOf: async ({ missing }) =>
          missing === 0 ? usualRules : rulesFor(db, sync.installationId, usualRules),
        advance: sweptTo,
        now,
      });
      endOfPass = { lastPass: pass, heldBack: current().changes.deleted > 0 ? null : heldBack };
      if (current().sweep?.missing === 0) endOfPass = { ...endOfPass, steady: steady.kept() };
    },

    /** Tells operators of a step; kept if the run has news or fails. */
    note: kept.note,

    /** Makes the lease longer when there is no progress to save. */
    async extendLease(): Promise<void> {
      await fence.write({ nextRunAt: leaseUntil() });
    },

    /** Ends a pass that was read to its end: forgets what only it needed. To be called before `settle`. */
    async endPass(): Promise<void> {
      const { pass, window, disturbed } = current();
      if (target().seeksMissing) await held.forget(pass);
      if (hasSetAside) hasSetAside = await forgetEarlierSetAside(setAside, fence, current());
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
      const { keepsCheckpoint, ended: end, ...schedule } = settlement;
      const ended = end && { ...end, ...setOffBy(sync, checkpoint) };
      const news = ended !== undefined && hasNews(ended);
      if (keepsCheckpoint) await noteOnlyPage();
      if (news) await kept.keep(ended);
      const $set: Partial<SyncDocument> = {
        ...schedule,
        steady: null,
        ...endOfPass,
        checkpoint: keepsCheckpoint ? kept.carriedBy(checkpoint) : null,
        feedOpen: feed.open,
        hasSetAside,
        ...(ended && afterRun(sync, ended)),
      };
      const again = (runAgain: SyncDocument["runAgain"]) =>
        ended === undefined ? {} : afterwards(runAgain, settlement, ended);
      const event = await newsOfRun(telling, sync, settlement, into?.resource);
      try {
        await endRun(syncs, sync, { $set, again, added: news ? 1 : 0, event });
      } catch (error) {
        if (news && error instanceof LeaseLostError) await kept.takeBack();
        throw error;
      }
    },
  };

  function current(): Checkpoint {
    if (checkpoint === null) throw new Error("the run has not begun");
    return checkpoint;
  }

  function target(): RunTarget {
    if (into === undefined) throw new Error("the run has not begun");
    return into;
  }

  function seeksMissing(): boolean {
    return target().seeksMissing && !current().isFirst;
  }

  function recordsOf(): Collection<RecordDocument> {
    return db.collection<RecordDocument>(target().resource);
  }

  async function sweptTo(sweep: Sweep, deleted: number): Promise<void> {
    const changes = addChanges(current().changes, { ...noChanges, deleted });
    checkpoint = { ...current(), sweep, changes };
    if (sweep.after !== null) await saveCheckpoint();
  }

  function disturb(why: string): void {
    checkpoint = { ...current(), disturbed: why };
  }

  function leaseUntil(): Date {
    return new Date(now().getTime() + leaseMs);
  }

  /** Only after what it stands for is written. */
  async function saveCheckpoint(): Promise<void> {
    await noteOnlyPage();
    const { pages, records } = current();
    const waiting: Waiting = { for: "running", since: startedAt(), pages, records };
    await fence.write({ checkpoint, feedOpen: feed.open, hasSetAside, nextRunAt: leaseUntil(), waiting });
  }

  function startedAt(): Date {
    return sync.waiting.for === "running" ? sync.waiting.since : now();
  }

  async function noteOnlyPage(): Promise<void> {
    if (held.isOnePage() && seeksMissing()) await held.noteOnlyPage(current().pass);
  }
}
