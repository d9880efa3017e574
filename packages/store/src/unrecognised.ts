// Callbacks of a type that we do not know: kept, sealed, for the operator; the newest of each account, and
// not for ever.

import type { InstallationId, UnrecognisedCallback } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import { plainUpsert } from "./decided-upsert.ts";
import type { UnrecognisedDocument } from "./documents.ts";
import { ownCollection } from "./own-collection.ts";

const keptPerAccount = 100;
const keptMs = 90 * 86_400_000;

/** Of this database. */
export function createUnrecognised(db: Db) {
  const callbacks: Collection<UnrecognisedDocument> = ownCollection(db, "unrecognisedCallbacks");

  return {
    /**
     * Keeps the newest 100 of an account, each for 90 days after it arrived. The same job again changes
     * nothing.
     */
    async keep(jobId: string, callback: UnrecognisedCallback): Promise<void> {
      const write = { $setOnInsert: callback };
      await plainUpsert(() => callbacks.updateOne({ _id: jobId }, write, { upsert: true }));
      const { installationId, receivedAt } = callback;
      await callbacks.deleteMany({ receivedAt: { $lt: new Date(receivedAt.getTime() - keptMs) } });
      await keepNewest(installationId);
    },

    /** Null where it was never kept, or is too old. */
    find(jobId: string): Promise<UnrecognisedDocument | null> {
      return callbacks.findOne({ _id: jobId });
    },
  };

  async function keepNewest(installationId: InstallationId): Promise<void> {
    const tooMany = await callbacks
      .find(
        { _id: { $gte: `${installationId}.`, $lt: `${installationId}/` } },
        { projection: { receivedAt: 1 } },
      )
      .sort({ receivedAt: -1 })
      .skip(keptPerAccount)
      .toArray();
    if (tooMany.length > 0) await callbacks.deleteMany({ _id: { $in: tooMany.map(({ _id }) => _id) } });
  }
}
