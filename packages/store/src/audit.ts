// The audit log: who did what to which account or queue, and when.

import { randomUUID } from "node:crypto";
import type { InstallationId } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import type { AuditDocument } from "./documents.ts";
import { idsUnder } from "./id-range.ts";
import { ownCollection } from "./own-collection.ts";

export type AuditEntry = Pick<AuditDocument, "at" | "who" | "action"> &
  ({ installationId: InstallationId; sync?: string } | { queue: string } | { apiKey: string });

/** The action of an entry without which a worker forgets no account. */
export const forgetAction = "forget";

/** Of one account or queue, and for how long. */
const kept = { count: 1_000, ms: 2 * 366 * 86_400_000 };

export function createAudit(db: Db) {
  const entries: Collection<AuditDocument> = ownCollection(db, "audit");

  return {
    /** Written before the action, so that none is done without a trace. Keeps the newest 1 000 of its subject, for two years. */
    async add(entry: AuditEntry): Promise<{ auditId: string }> {
      const subject = subjectOf(entry);
      const auditId = `${subject}/${entry.at.toISOString()}-${randomUUID().slice(0, 8)}`;
      await entries.insertOne({ _id: auditId, ...entry });
      await tidy(subject, entry.at);
      return { auditId };
    },

    async find(auditId: string): Promise<AuditDocument | null> {
      return entries.findOne({ _id: auditId });
    },

    /** Of one account, the newest first. */
    async of(installationId: InstallationId, limit: number): Promise<AuditDocument[]> {
      return newestUnder(installationId, limit);
    },

    /** Of one API key, the newest first. */
    async ofApiKey(id: string, limit: number): Promise<AuditDocument[]> {
      return newestUnder(subjectOfApiKey(id), limit);
    },

    /** Of one queue, the newest first. */
    async ofQueue(queue: string, limit: number): Promise<AuditDocument[]> {
      return newestUnder(subjectOfQueue(queue), limit);
    },
  };

  /** The ids of a subject grow with time. */
  async function tidy(subject: string, now: Date): Promise<void> {
    const oldest = `${subject}/${new Date(now.getTime() - kept.ms).toISOString()}`;
    const [first] = await entries
      .find({ _id: idsUnder(subject) }, { projection: { _id: 1 } })
      .sort({ _id: -1 })
      .skip(kept.count - 1)
      .limit(1)
      .toArray();
    const from = first !== undefined && first._id > oldest ? first._id : oldest;
    await entries.deleteMany({ _id: { $gte: `${subject}/`, $lt: from } });
  }

  function newestUnder(subject: string, limit: number): Promise<AuditDocument[]> {
    return entries
      .find({ _id: idsUnder(subject) })
      .sort({ _id: -1 })
      .limit(limit)
      .toArray();
  }
}

function subjectOf(entry: AuditEntry): string {
  if ("queue" in entry) return subjectOfQueue(entry.queue);
  return "apiKey" in entry ? subjectOfApiKey(entry.apiKey) : entry.installationId;
}

// No installation's id: those have a `.` in them.

function subjectOfApiKey(id: string): string {
  return `apikey-${id}`;
}

function subjectOfQueue(queue: string): string {
  return `queue-${queue}`;
}
