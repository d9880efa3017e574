// Attempts at deliveries to receivers: the newest of each receiver, and not for ever.

import { randomUUID } from "node:crypto";
import type { InstallationId } from "@fleetkeeper/model";
import type { Collection, Db, Filter } from "mongodb";
import { cursorOf, keyOf } from "../cursor.ts";
import { idsOf } from "../id-range.ts";
import { ownCollection } from "../own-collection.ts";
import type { AttemptDocument } from "./event-documents.ts";

/** What was sent to receivers, and what they answered. */
export type Attempts = ReturnType<typeof createAttempts>;

/** Of one receiver: the newest, and none older than `ms`. */
export const attemptBounds = { count: 5_000, ms: 14 * 86_400_000 } as const;
/** A receiver's are counted when a process has added this many. */
const tidyAfter = 100;

/** Which attempts, and where to read on. */
export interface AttemptQuery {
  receiverId: string;
  installationId?: InstallationId;
  /** Of this app's accounts, and tests. */
  irisAppId?: string | null;
  /** One event's. */
  eventId?: string;
  outcome?: AttemptDocument["outcome"];
  limit: number;
  /** `next` of the page before. */
  after?: string;
}

/** Of this database. */
export function createAttempts(db: Db) {
  const attempts: Collection<AttemptDocument> = ownCollection(db, "eventAttempts");
  const added = new Map<string, number>();

  return {
    async add(attempt: Omit<AttemptDocument, "_id">): Promise<void> {
      const { installationId, receiverId, at } = attempt;
      const _id = `${installationId}/${at.toISOString()}-${randomUUID().slice(0, 8)}`;
      await attempts.insertOne({ _id, ...attempt });
      const since = (added.get(receiverId) ?? 0) + 1;
      added.set(receiverId, since % tidyAfter);
      if (since >= tidyAfter) await keepNewest(receiverId);
    },

    /** The newest first. @throws TypeError when `after` is not one that a page gave. */
    async list(query: AttemptQuery): Promise<{ rows: AttemptDocument[]; next: string | undefined }> {
      const { receiverId, installationId, irisAppId, eventId, outcome, limit, after } = query;
      const [at = "", id = ""] = after === undefined ? [] : keyOf(after, 2);
      const behind = new Date(at);
      if (after !== undefined && Number.isNaN(behind.getTime()))
        throw new TypeError("this is not a cursor of a page");
      const filter: Filter<AttemptDocument> = {
        receiverId,
        ...(installationId && { installationId }),
        ...(irisAppId && { $and: [{ $or: [{ _id: idsOf({ app: irisAppId }) }, { type: "test" }] }] }),
        ...(eventId && { eventId }),
        ...(outcome && { outcome }),
        at: { $gt: new Date(0), ...(after === undefined ? {} : { $lte: behind }) },
        ...(after !== undefined && { $or: [{ at: { $lt: behind } }, { at: behind, _id: { $lt: id } }] }),
      };
      const found = await attempts
        .find(filter)
        .sort({ at: -1, _id: -1 })
        .limit(limit + 1)
        .toArray();
      const rows = found.slice(0, limit);
      const last = rows.at(-1);
      const next = found.length > limit && last ? cursorOf(last.at.toISOString(), last._id) : undefined;
      return { rows, next };
    },

    async removeOf(receiverId: string): Promise<void> {
      await attempts.deleteMany({ receiverId });
    },

    /** Deletes what is too old, of all receivers. */
    async tidy(now: Date): Promise<void> {
      await attempts.deleteMany({ at: { $lt: new Date(now.getTime() - attemptBounds.ms) } });
    },
  };

  async function keepNewest(receiverId: string): Promise<void> {
    const [last] = await attempts
      .find({ receiverId }, { projection: { at: 1 } })
      .sort({ at: -1, _id: -1 })
      .skip(attemptBounds.count)
      .limit(1)
      .toArray();
    if (last !== undefined) await attempts.deleteMany({ receiverId, at: { $lte: last.at } });
  }
}
