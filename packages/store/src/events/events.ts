// Outgoing webhooks in the store: the receivers, their events, and the progress of each.

import type { AccountEvent, EventType, InstallationId } from "@fleetkeeper/model";
import type { Db } from "mongodb";
import { ownCollection } from "../own-collection.ts";
import { createAttempts } from "./attempts.ts";
import type { EventDocument } from "./event-documents.ts";
import { createEventLog, positionOf } from "./event-log.ts";
import { createInterest, type Interest, wants } from "./interest.ts";
import { createLanes } from "./lanes.ts";
import { createReceivers, type ReceiverRow } from "./receivers.ts";
import { createRelay } from "./relay.ts";

/** Events for receivers: told, handed on, delivered. */
export type Events = ReturnType<typeof createEvents>;

/** Of no account: for trying a receiver out. */
const noAccount = "test" as InstallationId;
/** Of one replay, accounts. */
const maxAccounts = 100_000;

/** Of this database. */
export function createEvents(db: Db, interest: Interest = createInterest(db)) {
  const log = createEventLog(db);
  const lanes = createLanes(db, log);
  const attempts = createAttempts(db);
  const receivers = createReceivers(db);
  const documents = ownCollection<EventDocument>(db, "eventLog");

  return {
    receivers,
    lanes,
    attempts,
    relay: createRelay(db, { log, lanes, interest }),

    /** Whether anybody is notified of anything, as this process knows. */
    hasReceivers: () => !interest.isNone,

    /** Looks who wants what: from then on this process writes it with the changes that it makes. */
    refresh: () => interest.refresh(),

    find: (id: string) => log.find(id),

    /** Tells one receiver of something that did not happen. */
    async test(event: AccountEvent, receiverId: string, now: Date): Promise<void> {
      const appended = await log.append(noAccount, [event], { firstToken: 0, toOf: () => [receiverId] });
      await lanes.wake(noAccount, 0, appended, now);
    },

    /**
     * Everything since a time that a receiver wants today, again and in order. Returns of how many
     * accounts.
     */
    async replaySince(receiver: ReceiverRow, since: Date, now: Date): Promise<number> {
      const firsts = new Map<InstallationId, EventDocument>();
      const type = { $in: [...receiver.events] as EventType[] };
      const found = documents.find(
        { at: { $gte: since }, type },
        { projection: { installationId: 1, firstToken: 1, type: 1 } },
      );
      for await (const event of found) {
        const { installationId } = event;
        if (!wants(receiver, installationId, event.type)) continue;
        await documents.updateOne({ _id: event._id }, { $addToSet: { to: receiver._id } });
        const known = firsts.get(installationId);
        if (known === undefined && firsts.size >= maxAccounts) continue;
        if (known === undefined || event._id < known._id) firsts.set(installationId, event);
      }
      for (const event of firsts.values())
        await lanes.goBack(event, receiver._id, { position: positionOf(event._id), now });
      return firsts.size;
    },

    /** What is too old goes. */
    async tidy(now: Date): Promise<void> {
      await log.tidy(now);
      await attempts.tidy(now);
    },

    /** The receiver, and all events that wait for it. */
    async remove(receiverId: string): Promise<boolean> {
      const isRemoved = await receivers.remove(receiverId);
      await lanes.removeOf(receiverId);
      await attempts.removeOf(receiverId);
      return isRemoved;
    },
  };
}
