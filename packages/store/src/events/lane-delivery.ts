// The delivery of one lane by the job that has it: its events in their order, one after the other.

import type { InstallationId } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import type { EventDocument, LaneDocument } from "./event-documents.ts";
import { type EventLog, positionOf } from "./event-log.ts";
import { laneIdOf } from "./lane.ts";

/** Each write is made only while the lane is still the job's own. */
export function createLaneDelivery(lanes: Collection<LaneDocument>, log: EventLog) {
  return {
    /**
     * For a job: from now on no earlier one writes to it. `leaseUntil`: until when it is not dispatched
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
     * It was notified of this, or that was given up.
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
     * @returns false where something arrived since the lane was read, or another job has it.
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
  };
}
