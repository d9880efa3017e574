// Telling a receiver again: what waits, one event, or everything since a position.

import type { Collection } from "mongodb";
import { plainUpsert } from "../decided-upsert.ts";
import type { EventDocument, LaneDocument } from "./event-documents.ts";
import { type EventLog, positionOf } from "./event-log.ts";
import { laneIdOf, newLane } from "./lane.ts";

/** Of one lane. */
export const maxReplays = 100;

/** A job that is delivering the lane begins again. */
export function createLaneReplays(lanes: Collection<LaneDocument>, log: EventLog) {
  return {
    /** All events that wait for one receiver are tried now. */
    async wakeAll(receiverId: string, now: Date): Promise<void> {
      await lanes.updateMany({ receiverId }, afresh(now));
    },

    /**
     * Sends one event again, before all others; one that it was not notified of yet keeps its turn.
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

    /** Sends everything from this position on again. */
    async goBack(
      { installationId, firstToken }: Pick<EventDocument, "installationId" | "firstToken">,
      receiverId: string,
      { position, now }: { position: number; now: Date },
    ): Promise<void> {
      const delivered = position - 1;
      const { _id } = await ensured({ installationId, firstToken }, receiverId, delivered);
      await lanes.updateOne({ _id }, { $min: { delivered }, ...afresh(now) });
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

/** All waiting events are tried now, and a job that is at it begins again. */
function afresh(now: Date) {
  return {
    $set: { dueAt: now, retryAt: null, attempts: 0, failingSince: null },
    $inc: { token: 1, wakes: 1 },
  };
}
