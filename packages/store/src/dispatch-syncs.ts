// From due to taken: what is due, who dispatches it, and what happens when its job is handed back or lost.

import { randomUUID } from "node:crypto";
import type { InstallationId, SyncId, Waiting } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import type { SyncDocument } from "./documents.ts";
import { idsUnder } from "./id-range.ts";

/** Clocks of workers are closer to each other than this, unless one is wrong. */
const farAheadMs = 60_000;

/** A part of `syncs`. */
export function createDispatchSyncs(syncs: Collection<SyncDocument>) {
  return {
    /**
     * What is due, the longest overdue first: that order is what makes the dispatcher fair. `installationId`:
     * of this one only.
     */
    async due(
      now: Date,
      limit: number,
      installationId?: InstallationId,
    ): Promise<Pick<SyncDocument, "_id" | "fencingToken" | "nextRunAt">[]> {
      const whose = installationId && { _id: idsUnder<SyncId>(installationId) };
      return syncs
        .find({ ...whose, nextRunAt: { $lte: now } }, { projection: { fencingToken: 1, nextRunAt: 1 } })
        .sort({ nextRunAt: 1 })
        .limit(limit)
        .toArray();
    },

    /**
     * Takes due syncs for one dispatcher. Those whose job is lost are due again at `again`.
     * @returns those that no other dispatcher took first, with the fencing token that their job carries.
     */
    async dispatch(
      due: readonly Pick<SyncDocument, "_id" | "fencingToken">[],
      now: Date,
      again: Date,
    ): Promise<{ syncId: SyncId; fencingToken: number }[]> {
      if (due.length === 0) return [];
      const dispatchedBy = randomUUID();
      const waiting: Waiting = { for: "worker", since: now };
      const update = {
        $set: { nextRunAt: again, dispatchedAt: now, dispatchedBy, waiting },
        $inc: { fencingToken: 1 },
      };
      const { modifiedCount } = await syncs.bulkWrite(
        due.map(({ _id, fencingToken }) => ({ updateOne: { filter: { _id, fencingToken }, update } })),
        { ordered: false },
      );
      const all = due.map(({ _id, fencingToken }) => ({ syncId: _id, fencingToken: fencingToken + 1 }));
      if (modifiedCount === due.length) return all;
      const ids = due.map(({ _id }) => _id);
      const taken = syncs.find({ _id: { $in: ids }, dispatchedBy }, { projection: { fencingToken: 1 } });
      const tokens = new Map((await taken.toArray()).map(({ _id, fencingToken }) => [_id, fencingToken]));
      return all.filter(({ syncId, fencingToken }) => tokens.get(syncId) === fencingToken);
    },

    /**
     * Hands back a job's sync without a run, so that it is dispatched again at `again`.
     * @returns false when the job is obsolete.
     */
    async handBack(_id: SyncId, fencingToken: number, again: Date): Promise<boolean> {
      const waiting: Waiting = { for: "schedule", until: again };
      const { matchedCount } = await syncs.updateOne(
        { _id, fencingToken },
        { $set: { nextRunAt: again, dispatchedAt: null, waiting }, $inc: { fencingToken: 1 } },
      );
      return matchedCount === 1;
    },

    /**
     * Makes due what was dispatched before `before` and has not started: for when the queue holds no job as
     * old as that, so that its jobs must be lost. Also what was dispatched by a clock that is far ahead,
     * whose time says nothing.
     */
    async recoverLost(before: Date, now: Date): Promise<number> {
      const farAhead = new Date(now.getTime() + farAheadMs);
      const lost = { $or: [{ dispatchedAt: { $lt: before } }, { dispatchedAt: { $gt: farAhead } }] };
      return (await syncs.updateMany(lost, { $set: { nextRunAt: now } })).modifiedCount;
    },
  };
}
