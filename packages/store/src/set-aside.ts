// Items that runs set aside, to read.

import type { SyncId } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import type { SetAsideDocument } from "./documents.ts";
import { idsUnder } from "./id-range.ts";
import { ownCollection } from "./own-collection.ts";

/** Of this database. */
export function createSetAside(db: Db) {
  const items: Collection<SetAsideDocument> = ownCollection(db, "setAside");
  return {
    /** Of one sync, at most `limit`. */
    async of(syncId: SyncId, limit: number): Promise<SetAsideDocument[]> {
      return items
        .find({ _id: idsUnder(syncId) })
        .limit(limit)
        .toArray();
    },
  };
}
