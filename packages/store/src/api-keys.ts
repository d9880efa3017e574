// API keys: only the hash of each, what it may do, and how it is used.

import type { ApiRight } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import type { ApiKeyDocument } from "./documents.ts";
import { ownCollection } from "./own-collection.ts";

/** The keys of the API. Their texts are not here: only their hashes. */
export type ApiKeys = ReturnType<typeof createApiKeys>;

/** A key without its hash: for all who only look. */
export type ApiKeyRow = Omit<ApiKeyDocument, "hash">;

/** Revoked ones included, which stay for a look at what they did. */
export const maxApiKeys = 500;

/** Of this database. */
export function createApiKeys(db: Db) {
  const keys: Collection<ApiKeyDocument> = ownCollection(db, "apiKeys");

  return {
    /** @returns false, and nothing is stored, when there are 500 already. */
    async add(key: {
      id: string;
      hash: string;
      name: string;
      rights: readonly ApiRight[];
      irisAppId: string | null;
      createdAt: Date;
      createdBy: string;
    }): Promise<boolean> {
      if ((await keys.countDocuments()) >= maxApiKeys) return false;
      const { id: _id, rights, ...fields } = key;
      const unused = { revokedAt: null, lastUsedAt: null, uses: 0 };
      await keys.insertOne({ _id, rights: [...rights], ...fields, ...unused });
      return true;
    },

    async find(id: string): Promise<ApiKeyDocument | null> {
      return keys.findOne({ _id: id });
    },

    /** All of them, the newest first. */
    async list(): Promise<ApiKeyRow[]> {
      return keys
        .find({}, { projection: { hash: 0 } })
        .sort({ createdAt: -1 })
        .toArray();
    },

    /** @returns false where there is no such key, or it was revoked before. */
    async revoke(id: string, at: Date): Promise<boolean> {
      const { modifiedCount } = await keys.updateOne(
        { _id: id, revokedAt: null },
        { $set: { revokedAt: at } },
      );
      return modifiedCount === 1;
    },

    /** Adds what one process counted since it last said so. */
    async noteUses(used: readonly { id: string; uses: number; lastUsedAt: Date }[]): Promise<void> {
      if (used.length === 0) return;
      await keys.bulkWrite(
        used.map(({ id, uses, lastUsedAt }) => ({
          updateOne: { filter: { _id: id }, update: { $inc: { uses }, $max: { lastUsedAt } } },
        })),
        { ordered: false },
      );
    },
  };
}
