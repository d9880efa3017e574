// What operators were told: one document, which the process that tells holds for a while.

import type { ChannelStanding, NotificationChannel, NotificationState } from "@fleetkeeper/model";
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
    async write(
      holder: string,
      { standing, outbox }: Pick<NotificationState, "standing" | "outbox">,
    ): Promise<boolean> {
      const { matchedCount } = await documents.updateOne({ _id, holder }, { $set: { standing, outbox } });
      return matchedCount === 1;
    },

    /** The result of a try by one channel, in any process; `code` null where it was accepted. */
    async noteTry(channel: NotificationChannel, at: Date, code: string | null): Promise<void> {
      const field = (name: keyof ChannelStanding) => `channels.${channel}.${name}`;
      const tried = { [field("lastTryAt")]: at, [field("code")]: code };
      const succeeded = { [field("lastSuccessAt")]: at, [field("failingSince")]: null };
      await documents.updateOne({ _id }, { $set: { ...tried, ...(code === null ? succeeded : {}) } });
      if (code !== null)
        await documents.updateOne(
          { _id, [field("failingSince")]: null },
          { $set: { [field("failingSince")]: at } },
        );
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

/** Fields of a channel that were never written are null. */
function stateOf({ standing, outbox, channels }: NotificationsDocument): NotificationState {
  const untried = { lastTryAt: null, lastSuccessAt: null, failingSince: null, code: null };
  const whole = Object.entries(channels).map(([channel, known]) => [channel, { ...untried, ...known }]);
  return { standing, outbox, channels: Object.fromEntries(whole) };
}
