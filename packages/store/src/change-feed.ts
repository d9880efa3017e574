// The change feed: what syncs created, updated and deleted, for consumers that want to follow instead of reading everything.

import type { RecordChange, SyncId } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import type { ChangesDocument, FeedCursorDocument, SyncDocument } from "./documents.ts";
import { idsUnder } from "./id-range.ts";
import { ownCollection } from "./own-collection.ts";
import type { RunScope } from "./run-scope.ts";
import type { Syncs } from "./syncs.ts";

export type ChangeFeed = ReturnType<typeof createChangeFeed>;

/** What one page of one run changed, in the order in which it was written. */
export interface FeedEntry {
  syncId: SyncId;
  installationId: string;
  sync: string;
  /** Grows within one sync. */
  position: string;
  at: Date;
  changes: RecordChange[];
}

/** How long entries are kept; a consumer that was away longer reads the records themselves once. */
const keptMs = 7 * 86_400_000;
/** Clocks differ and writes take time: news is looked for this far back, which costs little because of the cursors. */
const overlapMs = 10 * 60_000;

export function createChangeFeed(db: Db, syncs: Syncs) {
  const entries: Collection<ChangesDocument> = ownCollection(db, "changes");
  const cursors: Collection<FeedCursorDocument> = ownCollection(db, "feedCursors");
  const schedule: Collection<SyncDocument> = ownCollection(db, "syncs");

  return {
    /**
     * Adds what a page is about to change, before the records are written: a crash in between repeats an entry, it never
     * loses one. The position grows with the fencing token, so that a stale run's entry lies behind every newer one.
     * @throws LeaseLostError
     */
    async append(
      { syncId, fencingToken }: RunScope,
      page: number,
      changes: RecordChange[],
      at: Date,
    ): Promise<void> {
      const position = `${String(fencingToken).padStart(12, "0")}-${String(page).padStart(8, "0")}`;
      await entries.updateOne({ _id: `${syncId}/${position}` }, { $set: { at, changes } }, { upsert: true });
      await syncs.noteChange(syncId, fencingToken, at);
    },

    /** Forgets the entries of a sync that are older than a week. */
    async prune(syncId: SyncId, now: Date): Promise<void> {
      await entries.deleteMany({ _id: idsUnder(syncId), at: { $lt: new Date(now.getTime() - keptMs) } });
    },

    /** The syncs that may hold something new since `since`; all of them without it. */
    async *syncsWithNews(
      since: Date | undefined,
    ): AsyncGenerator<Pick<SyncDocument, "_id" | "installationId" | "sync">> {
      const filter =
        since === undefined
          ? { lastChangeAt: { $ne: null } }
          : { lastChangeAt: { $gte: new Date(since.getTime() - overlapMs) } };
      yield* schedule.find(filter, { projection: { installationId: 1, sync: 1 } });
    },

    /** Entries of one sync that the consumer has not confirmed, the oldest first. */
    async *unread(
      consumer: string,
      sync: Pick<SyncDocument, "_id" | "installationId" | "sync">,
    ): AsyncGenerator<FeedEntry> {
      const { position: after = "" } = (await cursors.findOne({ _id: `${sync._id}/${consumer}` })) ?? {};
      const range = { $gt: `${sync._id}/${after}`, $lt: idsUnder(sync._id).$lt };
      for await (const { _id, at, changes } of entries.find({ _id: range }).sort({ _id: 1 })) {
        const position = _id.slice(sync._id.length + 1);
        yield {
          syncId: sync._id,
          installationId: sync.installationId,
          sync: sync.sync,
          position,
          at,
          changes,
        };
      }
    },

    /** The consumer is done with everything up to this entry; it gets it no more. */
    async confirm(
      consumer: string,
      { syncId, position }: Pick<FeedEntry, "syncId" | "position">,
    ): Promise<void> {
      await cursors.updateOne({ _id: `${syncId}/${consumer}` }, { $set: { position } }, { upsert: true });
    },
  };
}
