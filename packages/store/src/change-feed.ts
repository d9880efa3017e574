// The change feed: what syncs created, updated and deleted, for consumers that want to follow instead of
// reading everything.

import type { RecordChange, SyncId } from "@fleetkeeper/model";
import type { Collection, Db, Filter } from "mongodb";
import { plainUpsert } from "./decided-upsert.ts";
import type { SyncDocument } from "./documents.ts";
import { chainOf } from "./feed-chain.ts";
import type { ChangesDocument, FeedCursorDocument } from "./feed-documents.ts";
import { changesOfEntry } from "./feed-entry.ts";
import { idsOf, idsUnder } from "./id-range.ts";
import { ownCollection } from "./own-collection.ts";
import { jsonOf } from "./run/storable.ts";

/** Written by runs, read by consumers at positions of their own. */
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

/**
 * The consumer was away for longer than entries are kept: it must read the sync's records once, then go on
 * from `position`.
 */
export interface FeedGap {
  syncId: SyncId;
  installationId: string;
  sync: string;
  gap: true;
  position: string;
}

/**
 * Clocks differ and writes take time: news is looked for this far back, which costs little because of the
 * cursors.
 */
const overlapMs = 10 * 60_000;

const syncsPerLook = 200;
/** How far back one record is looked for. */
const historyEntries = 2_000;

/** A sync of which a consumer may read the feed. */
export type FollowedSync = Pick<SyncDocument, "_id" | "installationId" | "sync" | "resource">;

/** Of this database. */
export function createChangeFeed(db: Db) {
  const entries: Collection<ChangesDocument> = ownCollection(db, "changes");
  const cursors: Collection<FeedCursorDocument> = ownCollection(db, "feedCursors");
  const schedule: Collection<SyncDocument> = ownCollection(db, "syncs");

  return {
    /** The syncs that may hold something new since `since`; all of them without it. */
    async *syncsWithNews(
      since: Date | undefined,
    ): AsyncGenerator<Pick<SyncDocument, "_id" | "installationId" | "sync">> {
      yield* schedule.find(newsSince(since), { projection: { installationId: 1, sync: 1 } });
    },

    /**
     * The same in parts of 200 syncs, in the order of their ids, for a consumer that keeps its place itself:
     * those in which it has not confirmed everything. `after`: the last sync looked at before. `next`: of
     * this part; undefined when none is left.
     */
    async look(
      consumer: string,
      { whose, since, after }: { whose: Parameters<typeof idsOf>[0]; since?: Date; after?: string },
    ): Promise<{ syncs: FollowedSync[]; next: string | undefined }> {
      const found = await schedule
        .find(
          {
            ...newsSince(since),
            _id: { ...idsOf(whose), ...(after === undefined ? {} : { $gt: after }) } as never,
          },
          { projection: { installationId: 1, sync: 1, resource: 1, feedHead: 1 } },
        )
        .sort({ _id: 1 })
        .limit(syncsPerLook)
        .toArray();
      const ids = found.map(({ _id }) => `${_id}/${consumer}`);
      const confirmed = await cursors.find({ _id: { $in: ids } }).toArray();
      const reached = new Map(confirmed.map(({ _id, position }) => [_id, position]));
      return {
        syncs: found.filter(
          ({ _id, feedHead }) => feedHead && feedHead !== reached.get(`${_id}/${consumer}`),
        ),
        next: found.length === syncsPerLook ? found.at(-1)?._id : undefined,
      };
    },

    /**
     * Entries of one sync that the consumer has not confirmed, the oldest first. Where entries were tidied
     * away, also while these are read, or the account was forgotten, a gap comes in their place.
     */
    async *unread(
      consumer: string,
      { _id: syncId, installationId, sync }: Pick<SyncDocument, "_id" | "installationId" | "sync">,
    ): AsyncGenerator<FeedEntry | FeedGap> {
      const confirmed = await cursors.findOne({ _id: `${syncId}/${consumer}` });
      const head = (await schedule.findOne({ _id: syncId }, { projection: { feedHead: 1 } }))?.feedHead;
      const after = confirmed?.position ?? null;
      if (head === undefined || head === null || head === after) return;
      const { positions, reached } = await chainOf(entries, syncId, { head, after });
      const of = { syncId, installationId, sync };
      let isInGap = !reached;
      if (isInGap) yield { ...of, gap: true, position: positions[0] ?? head };
      for (const position of positions) {
        const entry = await entries.findOne({ _id: `${syncId}/${position}` });
        if (entry !== null) yield { ...of, position, at: entry.at, changes: changesOfEntry(entry) };
        // It was in the chain: a slow consumer was overtaken by those who tidy.
        else if (!isInGap) yield { ...of, gap: true, position };
        isInGap = entry === null;
      }
    },

    /** What was changed between two moments, the oldest first; at most `limit` entries. */
    async between(
      syncId: SyncId,
      { from, to }: { from: Date; to: Date },
      limit: number,
    ): Promise<Pick<ChangesDocument, "at" | "changes">[]> {
      return entries
        .find({ _id: idsUnder(syncId), at: { $gte: from, $lte: to } }, { projection: { at: 1, changes: 1 } })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
    },

    /**
     * What one record went through, the newest first, as far as the feed still has it; at most `limit` of the
     * sync's last 2 000 entries.
     */
    async historyOf(
      syncId: SyncId,
      externalId: string,
      limit: number,
    ): Promise<{ at: Date; change: RecordChange }[]> {
      const last = await entries
        .find({ _id: idsUnder(syncId) }, { projection: { _id: 1 } })
        .sort({ _id: -1 })
        .skip(historyEntries)
        .limit(1)
        .toArray();
      const range = { ...idsUnder<string>(syncId), ...(last[0] === undefined ? {} : { $gt: last[0]._id }) };
      const found = entries
        .find({ _id: range, "changes.externalId": externalId })
        .sort({ _id: -1 })
        .limit(limit);
      const history: { at: Date; change: RecordChange }[] = [];
      // One after the other: each holds all that its page changed.
      for await (const entry of found)
        for (const change of changesOfEntry(entry))
          if (change.externalId === externalId)
            history.push({ at: entry.at, change: { ...change, data: jsonOf(change.data) } });
      return history;
    },

    /**
     * The consumer is done with everything up to this entry; it gets it no more. Of a sync that is not there,
     * as of an account that was forgotten in between, nothing is kept.
     */
    async confirm(
      consumer: string,
      { syncId, position }: Pick<FeedEntry, "syncId" | "position">,
    ): Promise<void> {
      if ((await schedule.findOne({ _id: syncId }, { projection: { _id: 1 } })) === null) return;
      const cursor = { _id: `${syncId}/${consumer}` };
      const update = { $set: { position }, $currentDate: { confirmedAt: true as const } };
      await plainUpsert(() => cursors.updateOne(cursor, update, { upsert: true }));
    },
  };
}

function newsSince(since: Date | undefined): Filter<SyncDocument> {
  return since === undefined
    ? { lastChangeAt: { $ne: null } }
    : { lastChangeAt: { $gte: new Date(since.getTime() - overlapMs) } };
}
