// What is sent to a receiver at an operator's wish, and what was sent: tests, replays, attempts.

import { irisAppIdOf, newEventId } from "@fleetkeeper/model";
import type { AttemptDocument, AttemptQuery, EventDocument, ReceiverRow, Store } from "@fleetkeeper/store";
import { NotFoundError, WrongStateError } from "./errors.ts";

/** `find` throws where there is no such receiver; `note` writes the audit log. */
export function createReceiverDeliveries(options: {
  events: Store["events"];
  find: (id: string) => Promise<ReceiverRow>;
  note: (who: string, action: string) => Promise<void>;
  now: () => Date;
}) {
  const { events, find, note, now } = options;

  return {
    /**
     * Tells it of something that did not happen.
     * @returns the event's id.
     * @throws NotFoundError, WrongStateError
     */
    async test(who: string, id: string): Promise<{ eventId: string }> {
      requireEnabled(await find(id));
      await note(who, `test receiver ${id}`);
      const eventId = newEventId();
      await events.test({ id: eventId, type: "test", at: now(), data: { receiver: id } }, id, now());
      return { eventId };
    },

    /**
     * Attempts, the newest first; none of another app's accounts, from before the receiver was bound to one.
     * @throws NotFoundError; TypeError for a cursor that no page gave
     */
    async deliveries(query: AttemptQuery): Promise<{ rows: AttemptDocument[]; next: string | undefined }> {
      const { irisAppId } = await find(query.receiverId);
      return events.attempts.list({ ...query, irisAppId });
    },

    /** Sends one event again. @throws NotFoundError, WrongStateError */
    async replay(who: string, id: string, eventId: string): Promise<void> {
      const receiver = await find(id);
      requireEnabled(receiver);
      const event = await events.find(eventId);
      if (event === null || !isSeen(event, receiver))
        throw new NotFoundError(`there is no event ${eventId}, or no longer`);
      await note(who, `replay ${eventId} to receiver ${id}`);
      if (!(await events.lanes.replay(event, id, now())))
        throw new WrongStateError("a hundred replays already wait for it");
    },

    /**
     * Everything since a time that it wants today, in order. Returns of how many accounts.
     * @throws NotFoundError, WrongStateError
     */
    async replaySince(who: string, id: string, since: Date): Promise<number> {
      const receiver = await find(id);
      requireEnabled(receiver);
      await note(who, `replay all since ${since.toISOString()} to receiver ${id}`);
      return events.replaySince(receiver, since, now());
    },
  };
}

/** A receiver of one app learns nothing of another's accounts, and none of another's tests. */
function isSeen(
  { type, to, installationId }: EventDocument,
  { _id, irisAppId }: Pick<ReceiverRow, "_id" | "irisAppId">,
): boolean {
  if (type === "test") return to.includes(_id);
  return irisAppId === null || irisAppIdOf(installationId) === irisAppId;
}

function requireEnabled({ _id, disabled }: ReceiverRow): void {
  if (disabled !== null) throw new WrongStateError(`receiver ${_id} is disabled; enable it first`);
}
