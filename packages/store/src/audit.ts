// The audit log: who did what to which account, and when.

import { randomUUID } from "node:crypto";
import type { InstallationId } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import type { AuditDocument } from "./documents.ts";
import { idsUnder } from "./id-range.ts";

export function createAudit(db: Db) {
  const entries: Collection<AuditDocument> = db.collection("audit");

  return {
    /** Written before the action, so that none is done without a trace. */
    async add(entry: Omit<AuditDocument, "_id">): Promise<void> {
      await entries.insertOne({
        _id: `${entry.installationId}/${entry.at.toISOString()}-${randomUUID().slice(0, 8)}`,
        ...entry,
      });
    },

    /** Of one account, the newest first. */
    async of(installationId: InstallationId, limit: number): Promise<AuditDocument[]> {
      return entries
        .find({ _id: idsUnder(installationId) })
        .sort({ _id: -1 })
        .limit(limit)
        .toArray();
    },
  };
}
