// Syncs: the schedule, the lease of the one run, its durable progress, and why it waits.

import {
  type Checkpoint,
  type InstallationId,
  type RunOutcome,
  type SyncId,
  syncIdOf,
  type Waiting,
} from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import type { RunDocument, SyncDocument } from "./documents.ts";
import { isDuplicateKey, LeaseLostError } from "./errors.ts";
import { idsUnder } from "./id-range.ts";
import { listSyncs, type SyncListQuery, type SyncPage } from "./list-syncs.ts";
import { ownCollection } from "./own-collection.ts";
import { createSyncControl } from "./sync-control.ts";

export type Syncs = ReturnType<typeof createSyncs>;

/** How a run leaves its sync. `nextRunAt` null: nothing but an action from outside wakes it. */
export interface Settlement {
  nextRunAt: Date | null;
  waiting: Waiting;
  checkpoint: Checkpoint | null;
  failures: number;
  lastRun?: RunOutcome;
  watermark?: Date;
  /** For operators, who see only the store. */
  definedIntervalMs?: number;
}

const runsKeptMs = 14 * 86_400_000;

export function createSyncs(db: Db) {
  const syncs: Collection<SyncDocument> = ownCollection(db, "syncs");
  const runs: Collection<RunDocument> = ownCollection(db, "runs");

  return {
    ...createSyncControl(syncs),

    /**
     * Makes the syncs of an installation that do not exist yet, due at once unless the installation is paused; those that
     * exist keep their schedule and progress.
     */
    async plan(
      installationId: InstallationId,
      names: readonly string[],
      now: Date,
      paused: boolean,
    ): Promise<void> {
      const present = new Set((await this.ofInstallation(installationId)).map(({ sync }) => sync));
      for (const sync of names) {
        if (present.has(sync)) continue;
        const planned: SyncDocument = {
          _id: syncIdOf(installationId, sync),
          installationId,
          sync,
          intervalMs: null,
          nextRunAt: paused ? null : now,
          dispatchedAt: null,
          fencingToken: 0,
          waiting: paused
            ? { for: "operator", code: "paused", of: "account" }
            : { for: "schedule", until: now },
          checkpoint: null,
          failures: 0,
          lastRun: null,
          lastSuccessAt: null,
          runAgain: false,
          watermark: null,
          lastChangeAt: null,
          createdAt: now,
        };
        await insertUnlessPresent(planned);
      }
    },

    async find(_id: SyncId): Promise<SyncDocument | null> {
      return syncs.findOne({ _id });
    },

    async ofInstallation(installationId: InstallationId): Promise<SyncDocument[]> {
      return syncs.find({ _id: idsUnder(installationId) }).toArray();
    },

    /** One page of the operators' list. */
    async list(query: SyncListQuery): Promise<SyncPage> {
      return listSyncs(syncs, query);
    },

    /** What is due, the longest overdue first: that order is what makes the dispatcher fair. */
    async due(now: Date, limit: number): Promise<Pick<SyncDocument, "_id" | "fencingToken" | "nextRunAt">[]> {
      return syncs
        .find({ nextRunAt: { $lte: now } }, { projection: { fencingToken: 1, nextRunAt: 1 } })
        .sort({ nextRunAt: 1 })
        .limit(limit)
        .toArray();
    },

    /**
     * Takes a due sync for one dispatcher. If its job is lost, it is due again at `again`.
     * @returns the fencing token that the job carries; undefined when another dispatcher was faster.
     */
    async dispatch(
      due: Pick<SyncDocument, "_id" | "fencingToken">,
      now: Date,
      again: Date,
    ): Promise<number | undefined> {
      const taken = await advance(due._id, due.fencingToken, {
        nextRunAt: again,
        dispatchedAt: now,
        waiting: { for: "worker", since: now },
      });
      return taken?.fencingToken;
    },

    /**
     * Starts the run that a job stands for; works once per job, however often the job is delivered.
     * @returns the sync with the fencing token of this run; undefined when the job is obsolete.
     */
    async start(
      _id: SyncId,
      fencingToken: number,
      now: Date,
      leaseUntil: Date,
    ): Promise<SyncDocument | undefined> {
      return advance(_id, fencingToken, {
        nextRunAt: leaseUntil,
        dispatchedAt: null,
        waiting: { for: "running", since: now, pages: 0, records: 0 },
      });
    },

    /**
     * Makes progress durable and the lease longer. Only after the records it stands for are written.
     * @throws LeaseLostError
     */
    async saveCheckpoint(
      _id: SyncId,
      fencingToken: number,
      checkpoint: Checkpoint,
      leaseUntil: Date,
    ): Promise<void> {
      const { pages, records } = checkpoint;
      const { matchedCount } = await syncs.updateOne(
        { _id, fencingToken },
        { $set: { checkpoint, nextRunAt: leaseUntil, "waiting.pages": pages, "waiting.records": records } },
      );
      if (matchedCount === 0) throw new LeaseLostError();
    },

    /**
     * Makes the lease longer in the middle of a page, when there is no progress to save.
     * @throws LeaseLostError
     */
    async extendLease(_id: SyncId, fencingToken: number, leaseUntil: Date): Promise<void> {
      const { matchedCount } = await syncs.updateOne(
        { _id, fencingToken },
        { $set: { nextRunAt: leaseUntil } },
      );
      if (matchedCount === 0) throw new LeaseLostError();
    },

    /**
     * Ends a run: gives the lease back and says when and why to run next. A complete run that an operator wants again
     * is due again at once.
     * @throws LeaseLostError
     */
    async settle(_id: SyncId, fencingToken: number, settlement: Settlement): Promise<void> {
      const { lastRun } = settlement;
      const $set: Partial<SyncDocument> = { ...settlement };
      if (lastRun?.outcome === "succeeded") $set.lastSuccessAt = lastRun.at;
      const after = await syncs.findOneAndUpdate(
        { _id, fencingToken },
        { $set, $inc: { fencingToken: 1 } },
        { returnDocument: "after" },
      );
      if (after === null) throw new LeaseLostError();
      if (lastRun === undefined) return;
      if (after.runAgain)
        await syncs.updateOne({ _id }, { $set: { runAgain: false, nextRunAt: lastRun.at } });
      await runs.updateOne(
        { _id: `${_id}/${lastRun.at.toISOString()}` },
        { $set: lastRun },
        { upsert: true },
      );
    },

    /** Forgets the runs of a sync that ended more than two weeks ago. */
    async pruneRuns(_id: SyncId, now: Date): Promise<void> {
      const oldest = new Date(now.getTime() - runsKeptMs).toISOString();
      await runs.deleteMany({ _id: { $gte: `${_id}/`, $lt: `${_id}/${oldest}` } });
    },

    /** Ended runs of a sync, the newest first. */
    async runsOf(_id: SyncId, limit: number): Promise<RunDocument[]> {
      return runs
        .find({ _id: idsUnder(_id) })
        .sort({ _id: -1 })
        .limit(limit)
        .toArray();
    },

    /**
     * Makes due what was dispatched before `before` and has not started: for when the queue is seen to be empty, so that
     * its jobs must be lost.
     */
    async recoverLost(before: Date, now: Date): Promise<number> {
      return (await syncs.updateMany({ dispatchedAt: { $lt: before } }, { $set: { nextRunAt: now } }))
        .modifiedCount;
    },

    /** Stops all syncs of an installation but those that are paused one by one. A run in progress loses its lease. */
    async stop(installationId: InstallationId, waiting: Waiting): Promise<void> {
      await syncs.updateMany(
        { _id: idsUnder(installationId), "waiting.of": { $ne: "sync" } },
        { $set: { nextRunAt: null, dispatchedAt: null, waiting }, $inc: { fencingToken: 1 } },
      );
    },

    /**
     * Makes due the syncs that wait for one of these: after a new install everything that a new credential may cure or
     * renew, after a granted token what waited for the credential. Runs in progress are left alone.
     */
    async wake(installationId: InstallationId, reasons: readonly Waiting["for"][], now: Date): Promise<void> {
      await syncs.updateMany(
        {
          _id: idsUnder(installationId),
          "waiting.for": { $in: [...reasons] },
          "waiting.of": { $ne: "sync" },
        },
        { $set: { nextRunAt: now, waiting: { for: "schedule", until: now }, failures: 0 } },
      );
    },

    /**
     * Tells the readers of the change feed that there is something new, and makes sure of the lease before it is written.
     * @throws LeaseLostError
     */
    async noteChange(_id: SyncId, fencingToken: number, at: Date): Promise<void> {
      const { matchedCount } = await syncs.updateOne({ _id, fencingToken }, { $set: { lastChangeAt: at } });
      if (matchedCount === 0) throw new LeaseLostError();
    },
  };

  async function insertUnlessPresent(sync: SyncDocument): Promise<void> {
    try {
      await syncs.insertOne(sync);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }

  async function advance(
    _id: SyncId,
    fencingToken: number,
    $set: Pick<SyncDocument, "nextRunAt" | "dispatchedAt" | "waiting">,
  ): Promise<SyncDocument | undefined> {
    const after = await syncs.findOneAndUpdate(
      { _id, fencingToken },
      { $set, $inc: { fencingToken: 1 } },
      { returnDocument: "after" },
    );
    return after ?? undefined;
  }
}
