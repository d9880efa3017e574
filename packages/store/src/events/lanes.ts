// How far each receiver has come in each account: what is due, who delivers it, and what became of that.

import type { InstallationId } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import { plainUpsert } from "../decided-upsert.ts";
import { ownCollection } from "../own-collection.ts";
import type { EventDocument, LaneDocument } from "./event-documents.ts";
import { type Appended, type EventLog, positionOf } from "./event-log.ts";

/** What waits for each receiver, in its order. */
export type Lanes = ReturnType<typeof createLanes>;

/** Of one lane. */
export const maxReplays = 100;

/** Of this database. */
export function createLanes(db: Db, log: EventLog) {
  const lanes: Collection<LaneDocument> = ownCollection(db, "eventLanes");

  return {
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

    /**
     * For a job: from now on no earlier one writes to it. `leaseUntil`: until when nobody dispatches it
     * again.
     */
    async begin(
      installationId: InstallationId,
      receiverId: string,
      leaseUntil: Date,
    ): Promise<LaneDocument | null> {
      return lanes.findOneAndUpdate(
        { _id: laneIdOf(installationId, receiverId) },
        { $inc: { token: 1 }, $set: { dueAt: leaseUntil } },
        { returnDocument: "after" },
      );
    },

    /**
     * The event that is to be delivered next: one that is asked for again, or the first that it was not told
     * of.
     */
    async next(lane: LaneDocument): Promise<EventDocument | null> {
      const { installationId, replays } = lane;
      for (const position of replays) {
        const event = await log.at(installationId, position);
        if (event !== null) return event;
      }
      return log.nextFor(lane);
    },

    /**
     * It was told of this, or that was given up.
     * @returns the lane as it is then; null where another job has it.
     */
    async advance(lane: LaneDocument, event: EventDocument, leaseUntil: Date): Promise<LaneDocument | null> {
      const position = positionOf(event._id);
      const asked = lane.replays.indexOf(position);
      return lanes.findOneAndUpdate(
        { _id: lane._id, token: lane.token },
        {
          $set: {
            dueAt: leaseUntil,
            retryAt: null,
            attempts: 0,
            failingSince: null,
            // Those before it are no longer in the log.
            replays: asked < 0 ? [] : lane.replays.slice(asked + 1),
            ...(asked < 0 && { delivered: position, waitsSince: event.at }),
          },
          ...(event.type === "account.forgotten" && { $unset: { tellsForgotten: "" as const } }),
        },
        { returnDocument: "after" },
      );
    },

    /** Its first event failed, and is tried again at `retryAt`. */
    async failed(
      { _id, token, attempts }: LaneDocument,
      { failingSince, retryAt }: { failingSince: Date; retryAt: Date },
    ): Promise<void> {
      const fields = { retryAt, dueAt: retryAt, attempts: attempts + 1, failingSince };
      await lanes.updateOne({ _id, token }, { $set: fields });
    },

    /**
     * Nothing is left to tell.
     * @returns false where something came in since the lane was read, or another job has it.
     */
    async rest({ _id, token, wakes }: LaneDocument): Promise<boolean> {
      const { matchedCount } = await lanes.updateOne(
        { _id, token, wakes },
        { $set: { dueAt: null, replays: [] }, $unset: { waitsSince: "" as const } },
      );
      return matchedCount === 1;
    },

    /** The job ends before the lane is empty: it is due again at `dueAt`. */
    async putOff({ _id, token }: LaneDocument, dueAt: Date | null): Promise<void> {
      await lanes.updateOne({ _id, token }, { $set: { dueAt } });
    },

    async find(installationId: InstallationId, receiverId: string): Promise<LaneDocument | null> {
      return lanes.findOne({ _id: laneIdOf(installationId, receiverId) });
    },

    /** Whatever waits for one receiver is tried now. */
    async wakeAll(receiverId: string, now: Date): Promise<void> {
      await lanes.updateMany({ receiverId }, afresh(now));
    },

    /**
     * One event once more, before all others; one that it was not told of yet keeps its turn.
     * @returns false where 100 wait.
     */
    async replay(event: EventDocument, receiverId: string, now: Date): Promise<boolean> {
      const { installationId } = event;
      const position = positionOf(event._id);
      const { _id, delivered } = await ensured(event, receiverId, await log.lastPosition(installationId));
      const isToCome = position > delivered && event.to.includes(receiverId);
      const { matchedCount } = await lanes.updateOne(
        { _id, [`replays.${maxReplays - 1}`]: { $exists: false } },
        { ...afresh(now), ...(isToCome ? {} : { $addToSet: { replays: position } }) },
      );
      return matchedCount === 1;
    },

    /** Everything from this position on once more. */
    async goBack(
      { installationId, firstToken }: Pick<EventDocument, "installationId" | "firstToken">,
      receiverId: string,
      { position, now }: { position: number; now: Date },
    ): Promise<void> {
      const delivered = position - 1;
      const { _id } = await ensured({ installationId, firstToken }, receiverId, delivered);
      await lanes.updateOne({ _id }, { $min: { delivered }, ...afresh(now) });
    },

    /**
     * Since when the oldest event waits that one of these receivers was not told of; null where none waits.
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

  async function ensured(
    { installationId, firstToken }: Pick<EventDocument, "installationId" | "firstToken">,
    receiverId: string,
    delivered: number,
  ): Promise<LaneDocument> {
    const _id = laneIdOf(installationId, receiverId);
    const fresh = newLane({ installationId, receiverId, firstToken, delivered, dueAt: null });
    const how = { upsert: true, returnDocument: "after" } as const;
    const lane = await plainUpsert(() => lanes.findOneAndUpdate({ _id }, { $setOnInsert: fresh }, how));
    return lane ?? { _id, ...fresh };
  }
}

/** Whatever waits is tried now, and a job that is at it begins anew. */
function afresh(now: Date) {
  return {
    $set: { dueAt: now, retryAt: null, attempts: 0, failingSince: null },
    $inc: { token: 1, wakes: 1 },
  };
}

function laneIdOf(installationId: InstallationId, receiverId: string): string {
  return `${installationId}/${receiverId}`;
}

type Fresh = Omit<LaneDocument, "_id">;

function newLane(
  of: Pick<LaneDocument, "installationId" | "receiverId" | "firstToken" | "delivered" | "dueAt">,
): Fresh {
  return { ...of, replays: [], retryAt: null, attempts: 0, failingSince: null, token: 0, wakes: 1 };
}

/** MongoDB takes no field twice in one update. */
function without<Given extends object>(given: Given, fields: object): Given {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !(name in fields))) as Given;
}
