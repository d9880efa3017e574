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
import type { SyncDocument } from "./documents.ts";
import { LeaseLostError } from "./errors.ts";
import { idsUnder } from "./id-range.ts";

export type Syncs = ReturnType<typeof createSyncs>;

/** How a run leaves its sync. `nextRunAt` null: nothing but an action from outside wakes it. */
export interface Settlement {
  nextRunAt: Date | null;
  waiting: Waiting;
  checkpoint: Checkpoint | null;
  failures: number;
  lastRun?: RunOutcome;
}

export function createSyncs(db: Db) {
  const syncs: Collection<SyncDocument> = db.collection("syncs");

  return {
    /** Makes the syncs of a new installation, due at once; those that exist keep their schedule and progress. */
    async plan(installationId: InstallationId, names: readonly string[], now: Date): Promise<void> {
      for (const sync of names) {
        const $setOnInsert: Omit<SyncDocument, "_id"> = {
          installationId,
          sync,
          intervalMs: null,
          nextRunAt: now,
          fencingToken: 0,
          waiting: { for: "schedule", until: now },
          checkpoint: null,
          failures: 0,
          lastRun: null,
          lastSuccessAt: null,
          createdAt: now,
        };
        await syncs.updateOne({ _id: syncIdOf(installationId, sync) }, { $setOnInsert }, { upsert: true });
      }
    },

    async find(_id: SyncId): Promise<SyncDocument | null> {
      return syncs.findOne({ _id });
    },

    async ofInstallation(installationId: InstallationId): Promise<SyncDocument[]> {
      return syncs.find({ _id: idsUnder(installationId) as never }).toArray();
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
      const before = await syncs.findOne({ _id });
      if (before === null || before.fencingToken !== fencingToken) return undefined;
      const { pages = 0, records = 0 } = before.checkpoint ?? {};
      return advance(_id, fencingToken, {
        nextRunAt: leaseUntil,
        waiting: { for: "running", since: now, pages, records },
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
      const { matchedCount } = await syncs.updateOne(
        { _id, fencingToken },
        {
          $set: {
            checkpoint,
            nextRunAt: leaseUntil,
            "waiting.pages": checkpoint.pages,
            "waiting.records": checkpoint.records,
          },
        },
      );
      if (matchedCount === 0) throw new LeaseLostError();
    },

    /**
     * Ends a run: gives the lease back and says when and why to run next.
     * @throws LeaseLostError
     */
    async settle(_id: SyncId, fencingToken: number, settlement: Settlement): Promise<void> {
      const { lastRun } = settlement;
      const $set: Partial<SyncDocument> = { ...settlement };
      if (lastRun?.outcome === "succeeded") $set.lastSuccessAt = lastRun.at;
      const { matchedCount } = await syncs.updateOne(
        { _id, fencingToken },
        { $set, $inc: { fencingToken: 1 } },
      );
      if (matchedCount === 0) throw new LeaseLostError();
    },

    /**
     * Makes due what was dispatched before `before` and has not started: for when the queue is seen to be empty, so that
     * its jobs must be lost.
     */
    async recoverLost(before: Date, now: Date): Promise<number> {
      const lost = { "waiting.for": "worker", "waiting.since": { $lt: before } };
      return (await syncs.updateMany(lost, { $set: { nextRunAt: now } })).modifiedCount;
    },

    /** Stops every sync of an installation whose credential is refused; a run in progress loses its lease. */
    async stop(installationId: InstallationId): Promise<void> {
      await syncs.updateMany(
        { _id: idsUnder(installationId) as never },
        {
          $set: { nextRunAt: null, waiting: { for: "credential", code: "revoked" } },
          $inc: { fencingToken: 1 },
        },
      );
    },

    /**
     * Makes due the syncs that wait for one of these: after a new install everything that a new credential may cure or
     * renew, after a granted token what waited for the credential. Runs in progress are left alone.
     */
    async wake(installationId: InstallationId, reasons: readonly Waiting["for"][], now: Date): Promise<void> {
      await syncs.updateMany(
        { _id: idsUnder(installationId) as never, "waiting.for": { $in: [...reasons] } },
        { $set: { nextRunAt: now, waiting: { for: "schedule", until: now }, failures: 0 } },
      );
    },
  };

  async function advance(
    _id: SyncId,
    fencingToken: number,
    $set: Pick<SyncDocument, "nextRunAt" | "waiting">,
  ): Promise<SyncDocument | undefined> {
    const after = await syncs.findOneAndUpdate(
      { _id, fencingToken },
      { $set, $inc: { fencingToken: 1 } },
      { returnDocument: "after" },
    );
    return after ?? undefined;
  }
}
