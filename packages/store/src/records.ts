// Records of all installations, to read. Runs write them.

import type { InstallationId } from "@fleetkeeper/model";
import type { Db } from "mongodb";
import type { RecordDocument } from "./documents.ts";
import { idsUnder } from "./id-range.ts";

export type Records = ReturnType<typeof createRecords>;

export function createRecords(db: Db) {
  return {
    /** Records of one installation that are not deleted. */
    async count(resource: string, installationId: InstallationId): Promise<number> {
      return db
        .collection<RecordDocument>(resource)
        .countDocuments({ _id: idsUnder(installationId), deletedAt: null });
    },
  };
}
