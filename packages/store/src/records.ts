// Records of one resource: writes what changed, under the fencing token of the run; each change goes to the feed first.

import {
  type InstallationId,
  noChanges,
  type RecordChange,
  type RecordChanges,
  type SyncId,
} from "@fleetkeeper/model";
import type { AnyBulkWriteOperation, Collection, Db } from "mongodb";
import type { ChangeFeed } from "./change-feed.ts";
import { changedFields } from "./changed-fields.ts";
import { contentHash } from "./content-hash.ts";
import type { PassPageDocument, RecordDocument } from "./documents.ts";
import { isDuplicateKey, LeaseLostError } from "./errors.ts";
import { idsUnder } from "./id-range.ts";
import { ownCollection } from "./own-collection.ts";
import type { RunScope } from "./run-scope.ts";
import { type SweepStep, sweepVanished } from "./vanished.ts";

export type Records = ReturnType<typeof createRecords>;

/** One thing of a resource as Trackunit gave it. */
export interface FetchedRecord {
  externalId: string;
  data: unknown;
}

/** One page of a pass. */
export interface FetchedPage {
  /** Counted from 0 within the pass. */
  page: number;
  records: readonly FetchedRecord[];
  /** External ids that the page also held, of items that were set aside: they did not vanish. */
  alsoSeen: readonly string[];
  /** Note which records the page held, to find later what vanished. */
  notePresence: boolean;
}

/** A record that differs from what is stored. */
interface Difference {
  _id: string;
  record: FetchedRecord;
  hash: string;
  kind: "created" | "updated";
}

export function createRecords(db: Db, feed: ChangeFeed) {
  const passPages: Collection<PassPageDocument> = ownCollection(db, "passPages");
  const collectionOf = (scope: RunScope): Collection<RecordDocument> => db.collection(scope.resource);

  return {
    /**
     * Writes a page: new and changed records, and those that came back; unchanged ones are not written. May be repeated.
     * @throws LeaseLostError when a newer run has started.
     */
    async writePage(scope: RunScope, fetched: FetchedPage, now: Date): Promise<RecordChanges> {
      const { page, records, alsoSeen, notePresence } = fetched;
      const collection = collectionOf(scope);
      const byId = new Map(records.map((record) => [`${scope.installationId}/${record.externalId}`, record]));
      const differences = await differencesOf(collection, byId);
      if (differences.length > 0) {
        await feed.append(scope, page, await changesOf(collection, differences), now);
        await writeFenced(
          collection,
          differences.map((difference) => upsertOf(scope, difference, now)),
        );
      }
      if (notePresence) {
        const externalIds = [...records.map(({ externalId }) => externalId), ...alsoSeen];
        await passPages.updateOne(
          { _id: passPageId(scope, page) },
          { $set: { externalIds } },
          { upsert: true },
        );
      }
      const created = differences.filter(({ kind }) => kind === "created").length;
      const updated = differences.length - created;
      return { ...noChanges, created, updated, unchanged: byId.size - differences.length };
    },

    /** See `sweepVanished`. `page`: how many pages the pass had, so that deletions come behind them in the feed. */
    sweepVanished(
      scope: RunScope,
      from: { after: string | null; page: number; now: Date },
    ): AsyncGenerator<SweepStep> {
      return sweepVanished({ records: collectionOf(scope), passPages, feed }, scope, from);
    },

    /** After a pass: forgets which records its pages held, and those of passes that came to nothing. */
    async forgetPass(syncId: SyncId): Promise<void> {
      await passPages.deleteMany({ _id: idsUnder(syncId) });
    },

    /** Records of one installation that are not deleted. */
    async count(resource: string, installationId: InstallationId): Promise<number> {
      return db
        .collection<RecordDocument>(resource)
        .countDocuments({ _id: idsUnder(installationId), deletedAt: null });
    },
  };
}

function passPageId({ syncId, passId }: RunScope, page: number): string {
  return `${syncId}/${passId}/${String(page).padStart(8, "0")}`;
}

async function differencesOf(
  collection: Collection<RecordDocument>,
  byId: ReadonlyMap<string, FetchedRecord>,
): Promise<Difference[]> {
  const stored = new Map<string, Pick<RecordDocument, "hash" | "deletedAt">>();
  const projection = { hash: 1, deletedAt: 1 };
  for await (const one of collection.find({ _id: { $in: [...byId.keys()] } }, { projection }))
    stored.set(one._id, one);
  const differences: Difference[] = [];
  for (const [_id, record] of byId) {
    const before = stored.get(_id);
    const hash = contentHash(record.data);
    const isPresent = before !== undefined && before.deletedAt === null;
    if (isPresent && before.hash === hash) continue;
    differences.push({ _id, record, hash, kind: isPresent ? "updated" : "created" });
  }
  return differences;
}

/** What the feed says of them; the data before is read only for those that were updated. */
async function changesOf(
  collection: Collection<RecordDocument>,
  differences: readonly Difference[],
): Promise<RecordChange[]> {
  const updated = differences.filter(({ kind }) => kind === "updated").map(({ _id }) => _id);
  const before = new Map<string, unknown>();
  if (updated.length > 0)
    for await (const { _id, data } of collection.find({ _id: { $in: updated } }, { projection: { data: 1 } }))
      before.set(_id, data);
  return differences.map(({ _id, record: { externalId, data }, kind }) => ({
    externalId,
    kind,
    fields: changedFields(before.get(_id), data),
    data,
  }));
}

function upsertOf(
  { installationId, fencingToken }: RunScope,
  { _id, record: { externalId, data }, hash }: Difference,
  now: Date,
): AnyBulkWriteOperation<RecordDocument> {
  return {
    updateOne: {
      filter: { _id, fencingToken: { $lte: fencingToken } },
      update: {
        $set: { installationId, externalId, data, hash, fencingToken, updatedAt: now, deletedAt: null },
        $setOnInsert: { firstSeenAt: now },
      },
      upsert: true,
    },
  };
}

/** A stale run's upsert finds no document with its token and tries to insert one that exists: that is a lost lease. */
async function writeFenced(
  records: Collection<RecordDocument>,
  writes: AnyBulkWriteOperation<RecordDocument>[],
): Promise<void> {
  try {
    await records.bulkWrite(writes, { ordered: false });
  } catch (error) {
    throw isDuplicateKey(error) ? new LeaseLostError() : error;
  }
}
