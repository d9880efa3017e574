// Who wants to be notified of what, as this process knows it: asked with each change that may be reported,
// so it costs nothing.

import {
  type AccountEvent,
  type EventType,
  type InstallationId,
  irisAppIdOf,
  newEventId,
} from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import { ownCollection } from "../own-collection.ts";
import type { ReceiverDocument } from "./event-documents.ts";

/** What this process knows of who wants to be notified of what. */
export type Interest = ReturnType<typeof createInterest>;

type Wants = Pick<ReceiverDocument, "_id" | "events" | "irisAppId">;

/**
 * In a process that never refreshes it no receiver wants anything: only workers make changes that are
 * reported.
 */
export function createInterest(db: Db) {
  const receivers: Collection<ReceiverDocument> = ownCollection(db, "eventReceivers");
  let known: readonly Wants[] = [];

  return {
    /** Looks who there is. */
    async refresh(): Promise<void> {
      known = await receivers.find({}, { projection: { events: 1, irisAppId: 1 } }).toArray();
    },

    /** No receiver is notified of anything. */
    get isNone(): boolean {
      return known.length === 0;
    },

    /** The receivers that want it. */
    in(installationId: InstallationId, type: EventType): string[] {
      return known.filter((one) => wants(one, installationId, type)).map(({ _id }) => _id);
    },

    /** The event, to be written with the change that it reports; undefined where no receiver wants it. */
    eventOf(
      installationId: InstallationId,
      type: EventType,
      at: Date,
      data: AccountEvent["data"] = {},
    ): AccountEvent | undefined {
      const isWanted = known.some((one) => wants(one, installationId, type));
      return isWanted ? { id: newEventId(), type, at, data } : undefined;
    },
  };
}

/** A receiver that is disabled still wants what it is notified of when it is enabled again. */
export function wants(
  { events, irisAppId }: Pick<ReceiverDocument, "events" | "irisAppId">,
  installationId: InstallationId,
  type: AccountEvent["type"],
): boolean {
  return (
    events.some((one) => one === type) && (irisAppId === null || irisAppIdOf(installationId) === irisAppId)
  );
}

/** A part of an update: the event waits in the document for a worker to take it into the log. */
export function putOut(event: AccountEvent | undefined) {
  return event === undefined ? {} : { $push: { outbox: event } };
}
