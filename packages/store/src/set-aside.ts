// Items that did not fit their sync's definition: kept for the operator to see while the rest of their page goes on.

import type { SyncId } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import { contentHash } from "./content-hash.ts";
import type { SetAsideDocument } from "./documents.ts";
import { idsUnder } from "./id-range.ts";
import { ownCollection } from "./own-collection.ts";
import type { RunScope } from "./run-scope.ts";

export interface MisfitItem {
  /** Undefined when not even that could be told. */
  externalId: string | undefined;
  item: unknown;
  /** What does not fit: paths and expectations, no values. */
  reasons: string[];
}

const itemLimit = 8_000;
const perPageLimit = 100;

export function createSetAside(db: Db) {
  const items: Collection<SetAsideDocument> = ownCollection(db, "setAside");

  return {
    /** Keeps at most 100 of a page; the same item again replaces itself. */
    async keep(
      { syncId, installationId, passId }: RunScope,
      misfits: readonly MisfitItem[],
      at: Date,
    ): Promise<void> {
      const sync = syncId.slice(installationId.length + 1);
      const writes = misfits.slice(0, perPageLimit).map(({ externalId, item, reasons }) => ({
        updateOne: {
          filter: { _id: `${syncId}/${externalId ?? contentHash(item)}` },
          update: {
            $set: {
              installationId,
              sync,
              passId,
              at,
              reasons: reasons.slice(0, 10),
              item: (JSON.stringify(item) ?? "").slice(0, itemLimit),
            },
          },
          upsert: true,
        },
      }));
      if (writes.length > 0) await items.bulkWrite(writes, { ordered: false });
    },

    /** After a complete pass: forgets what an earlier pass set aside and this one did not. */
    async forgetEarlier({ syncId, passId }: Pick<RunScope, "syncId" | "passId">): Promise<void> {
      await items.deleteMany({ _id: idsUnder(syncId), passId: { $ne: passId } });
    },

    /** Of one sync, at most `limit`. */
    async of(syncId: SyncId, limit: number): Promise<SetAsideDocument[]> {
      return items
        .find({ _id: idsUnder(syncId) })
        .limit(limit)
        .toArray();
    },
  };
}
