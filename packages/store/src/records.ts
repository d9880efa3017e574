// Records of one resource: writes what changed, marks what vanished, under the fencing token of the run.

import { type InstallationId, noChanges, type RecordChanges, type SyncId } from "@fleetkeeper/model";
import type { AnyBulkWriteOperation, Collection, Db } from "mongodb";
import { contentHash } from "./content-hash.ts";
import type { PassPageDocument, RecordDocument } from "./documents.ts";
import { isDuplicateKey, LeaseLostError } from "./errors.ts";
import { idsUnder } from "./id-range.ts";

export type Records = ReturnType<typeof createRecords>;

/** One thing of a resource as Trackunit gave it. */
export interface FetchedRecord {
  externalId: string;
  data: unknown;
}

/** Whose records, and in which run. */
export interface RunScope {
  installationId: InstallationId;
  syncId: SyncId;
  /** Name of the collection. */
  resource: string;
  fencingToken: number;
  passId: string;
}

type Stored = Pick<RecordDocument, "_id" | "hash" | "deletedAt" | "fencingToken">;
const storedFields = { hash: 1, deletedAt: 1, fencingToken: 1 } as const;

export function createRecords(db: Db) {
  const passPages: Collection<PassPageDocument> = db.collection("passPages");
  const collectionOf = (scope: RunScope): Collection<RecordDocument> => db.collection(scope.resource);

  return {
    /**
     * Writes a page: new and changed records, and those that came back; unchanged ones are not written. Notes which
     * records it held. May be repeated.
     * @throws LeaseLostError when a newer run has written one of them.
     */
    async writePage(
      scope: RunScope,
      page: number,
      fetched: readonly FetchedRecord[],
      now: Date,
    ): Promise<RecordChanges> {
      const records = collectionOf(scope);
      const byId = new Map(fetched.map((record) => [`${scope.installationId}/${record.externalId}`, record]));
      const stored = new Map<string, Stored>();
      for await (const one of records.find({ _id: { $in: [...byId.keys()] } }, { projection: storedFields }))
        stored.set(one._id, one);

      const changes = { ...noChanges };
      const writes: AnyBulkWriteOperation<RecordDocument>[] = [];
      for (const [_id, { externalId, data }] of byId) {
        const before = stored.get(_id);
        const hash = contentHash(data);
        if (before !== undefined && before.hash === hash && before.deletedAt === null) {
          changes.unchanged++;
          continue;
        }
        changes[before === undefined || before.deletedAt !== null ? "created" : "updated"]++;
        const { installationId, fencingToken } = scope;
        writes.push({
          updateOne: {
            filter: { _id, fencingToken: { $lte: fencingToken } },
            update: {
              $set: { installationId, externalId, data, hash, fencingToken, updatedAt: now, deletedAt: null },
              $setOnInsert: { firstSeenAt: now },
            },
            upsert: true,
          },
        });
      }
      await writeFenced(records, writes);
      const passPageId = `${scope.syncId}/${scope.passId}/${String(page).padStart(8, "0")}`;
      await passPages.updateOne(
        { _id: passPageId },
        { $set: { externalIds: [...byId.values()].map(({ externalId }) => externalId) } },
        { upsert: true },
      );
      return changes;
    },

    /**
     * After every page of a pass has been read: marks the records that none of its pages held as deleted. May be repeated.
     * Holds the external ids of one installation in memory.
     * @returns how many it marked.
     */
    async markVanished(scope: RunScope, now: Date, signal: AbortSignal): Promise<number> {
      const records = collectionOf(scope);
      const seen = new Set<string>();
      for await (const { externalIds } of passPages.find({
        _id: idsUnder(`${scope.syncId}/${scope.passId}`) as never,
      }))
        for (const externalId of externalIds) seen.add(externalId);

      let marked = 0;
      let batch: string[] = [];
      const flush = async () => {
        const { fencingToken } = scope;
        const writes = batch.map((_id) => ({
          updateOne: {
            filter: { _id, deletedAt: null, fencingToken: { $lte: fencingToken } },
            update: { $set: { deletedAt: now, updatedAt: now, fencingToken } },
          },
        }));
        if (writes.length > 0) marked += (await records.bulkWrite(writes, { ordered: false })).modifiedCount;
        batch = [];
      };
      const all = records.find(
        { _id: idsUnder(scope.installationId) as never },
        { projection: { externalId: 1, deletedAt: 1 }, batchSize: 1_000 },
      );
      for await (const { _id, externalId, deletedAt } of all) {
        signal.throwIfAborted();
        if (deletedAt === null && !seen.has(externalId)) batch.push(_id);
        if (batch.length === 500) await flush();
      }
      await flush();
      return marked;
    },

    /** Forgets which records the pages of a sync's passes held: after a pass, and before a new one. */
    async forgetPass(syncId: SyncId): Promise<void> {
      await passPages.deleteMany({ _id: idsUnder(syncId) as never });
    },

    /** Records of one installation that are not deleted. */
    async count(resource: string, installationId: InstallationId): Promise<number> {
      return db
        .collection<RecordDocument>(resource)
        .countDocuments({ _id: idsUnder(installationId) as never, deletedAt: null });
    },
  };
}

/** A stale run's upsert finds no document with its token and tries to insert one that exists: that is a lost lease. */
async function writeFenced(
  records: Collection<RecordDocument>,
  writes: AnyBulkWriteOperation<RecordDocument>[],
): Promise<void> {
  if (writes.length === 0) return;
  try {
    await records.bulkWrite(writes, { ordered: false });
  } catch (error) {
    throw isDuplicateKey(error) ? new LeaseLostError() : error;
  }
}
