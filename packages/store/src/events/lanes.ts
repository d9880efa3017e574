// The progress of each receiver in each account: what is due, which job delivers it, and the outcome.

import type { InstallationId } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import { plainUpsert } from "../decided-upsert.ts";
import { ownCollection } from "../own-collection.ts";
import type { LaneDocument } from "./event-documents.ts";
import type { Appended, EventLog } from "./event-log.ts";
import { laneIdOf, newLane } from "./lane.ts";
import { createLaneDelivery } from "./lane-delivery.ts";
import { createLaneReplays } from "./lane-replays.ts";

/** What waits for each receiver, in its order. */
export type Lanes = ReturnType<typeof createLanes>;

/** Of this database. */
export function createLanes(db: Db, log: EventLog) {
  const lanes: Collection<LaneDocument> = ownCollection(db, "eventLanes");

  const { begin, next, advance, failed, rest, putOff } = createLaneDelivery(lanes, log);
  const { wakeAll, replay, goBack } = createLaneReplays(lanes, log);

  return {
    begin,
    next,
    advance,
    failed,
    rest,
    putOff,
    wakeAll,
    replay,
    goBack,

    /**
     * Says to the lanes of all who are to have one of these that there is something; makes those that are not
     * there yet.
     */
    async wake(
      installationId: InstallationId,
      firstToken: number,
      appended: readonly Appended[],
      now: Date,
    ): Promise<void> {
      for (const receiverId of new Set(appended.flatMap(({ to }) => to))) {
        const mine = appended.filter(({ to }) => to.includes(receiverId));
        const first = Math.min(...mine.map(({ position }) => position));
        const tells = mine.some(({ type }) => type === "account.forgotten");
        const _id = laneIdOf(installationId, receiverId);
        const set = tells ? { tellsForgotten: true as const } : {};
        const update = { $set: { ...set, dueAt: now }, $inc: { wakes: 1 }, $min: { waitsSince: now } };
        // One that waits after a failure reads on automatically when it has been tried again.
        const { matchedCount } = await lanes.updateOne({ _id, retryAt: null }, update);
        if (matchedCount === 1) continue;
        const fresh = newLane({ installationId, receiverId, firstToken, delivered: first - 1, dueAt: now });
        const upsert = {
          $setOnInsert: { ...without(fresh, set), waitsSince: now },
          ...(tells && { $set: set }),
        };
        await plainUpsert(() => lanes.updateOne({ _id }, upsert, { upsert: true }));
      }
    },

    /** The longest overdue first. */
    async due(
      now: Date,
      limit: number,
    ): Promise<Pick<LaneDocument, "_id" | "installationId" | "receiverId" | "dueAt">[]> {
      return lanes
        .find({ dueAt: { $lte: now } }, { projection: { installationId: 1, receiverId: 1, dueAt: 1 } })
        .sort({ dueAt: 1 })
        .limit(limit)
        .toArray();
    },

    /**
     * Takes a due lane for one dispatcher: true for exactly one. If its job is lost, it is due again at
     * `again`.
     */
    async claim({ _id, dueAt }: Pick<LaneDocument, "_id" | "dueAt">, again: Date): Promise<boolean> {
      const { modifiedCount } = await lanes.updateOne({ _id, dueAt }, { $set: { dueAt: again } });
      return modifiedCount === 1;
    },

    async find(installationId: InstallationId, receiverId: string): Promise<LaneDocument | null> {
      return lanes.findOne({ _id: laneIdOf(installationId, receiverId) });
    },

    /**
     * Since when the oldest event waits that one of these receivers was not notified of; null where none
     * waits.
     */
    async waitingSince(receiverIds: readonly string[]): Promise<Date | null> {
      const projection = { waitsSince: 1 } as const;
      const found = await Promise.all(
        receiverIds.map((receiverId) => {
          const filter = { receiverId, waitsSince: { $gt: new Date(0) } };
          return lanes.findOne(filter, { sort: { waitsSince: 1 }, projection });
        }),
      );
      const times = found.flatMap((lane) => lane?.waitsSince?.getTime() ?? []);
      return times.length === 0 ? null : new Date(Math.min(...times));
    },

    async removeOf(receiverId: string): Promise<void> {
      await lanes.deleteMany({ receiverId });
    },

    async remove({ _id }: Pick<LaneDocument, "_id">): Promise<void> {
      await lanes.deleteOne({ _id });
    },
  };
}

/** MongoDB takes no field twice in one update. */
function without<Given extends object>(given: Given, fields: object): Given {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !(name in fields))) as Given;
}
