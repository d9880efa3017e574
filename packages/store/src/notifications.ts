// What operators were told: one document, which the process that tells holds for a while.

import type { NotificationState } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import type { NotificationsDocument } from "./documents.ts";
import { hold } from "./hold.ts";
import { ownCollection } from "./own-collection.ts";

const _id = "state" as const;
const empty: NotificationState = { standing: [], outbox: [], channels: {} };

/** Of this database. */
export function createNotifications(db: Db) {
  const documents: Collection<NotificationsDocument> = ownCollection(db, "notifications");

  return {
    /** Takes the state, or keeps it, until `until`. Null while another process holds it. */
    async hold(holder: string, now: Date, until: Date): Promise<NotificationState | null> {
      const found = await hold(documents, { _id, holder, now, until }, empty);
      return found && stateOf(found);
    },

    /** @returns false, and nothing is written, when another process has it by now. */
    async write(holder: string, { standing, outbox, channels }: NotificationState): Promise<boolean> {
      const { matchedCount } = await documents.updateOne(
        { _id, holder },
        { $set: { standing, outbox, channels } },
      );
      return matchedCount === 1;
    },

    /** Lets another process take it at once. */
    async letGo(holder: string): Promise<void> {
      await documents.updateOne({ _id, holder }, { $set: { heldUntil: new Date(0) } });
    },

    /** For a page. Null before anything was looked at. */
    async read(): Promise<NotificationState | null> {
      const found = await documents.findOne({ _id });
      return found && stateOf(found);
    },
  };
}

function stateOf({ standing, outbox, channels }: NotificationsDocument): NotificationState {
  return { standing, outbox, channels };
}
