// The audit log: who did what to which account or queue, and when.

import { randomUUID } from "node:crypto";
import type { InstallationId } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import type { AuditDocument } from "./audit-document.ts";
import { idsUnder } from "./id-range.ts";
import { ownCollection } from "./own-collection.ts";

/** What is noted of one action. It names no secret. */
export type AuditEntry = Pick<AuditDocument, "at" | "who" | "action" | "outcome" | "code"> &
  (
    | { installationId: InstallationId; sync?: string }
    | { queue: string }
    | { apiKey: string }
    | { topic: AuditTopic; address?: string }
  );

/** What is about no account, queue or API key. */
export type AuditTopic =
  | "logins"
  | "refused-logins"
  | "sealing-keys"
  | "restores"
  | "receivers"
  | "bulk-actions";

/** The action of an entry without which a worker forgets no account. */
export const forgetAction = "forget";

/** So long is an entry kept. */
export const auditKeptMs = 2 * 366 * 86_400_000;
/** Where a worker may remove entries: enough that an attacker cannot push one out unseen. */
const keptAtMost = 1_000_000;
const unauthorized = 13;

/** Entries are added and read; none is changed. */
export function createAudit(db: Db) {
  const entries: Collection<AuditDocument> = ownCollection(db, "audit");

  return {
    /** Written before the action, so that none is done without a trace. Never changed. */
    async add(entry: AuditEntry): Promise<{ auditId: string }> {
      const subject = subjectOf(entry);
      const auditId = `${subject}/${entry.at.toISOString()}-${randomUUID().slice(0, 8)}`;
      const isRefused = "topic" in entry && entry.topic === "refused-logins";
      await entries.insertOne({ _id: auditId, ...entry, ...(isRefused && { outcome: "refused" }) });
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

    /** Of one topic, the newest first. */
    async ofTopic(topic: AuditTopic, limit: number): Promise<AuditDocument[]> {
      return newestUnder(subjectOfTopic(topic), limit);
    },

    /**
     * Removes what is older than two years, and the oldest beyond a million. With our roles in MongoDB
     * (`roles.ts`) no service may remove entries, and an index removes those that are too old: then this does
     * nothing.
     */
    async tidy(now: Date, keep = keptAtMost): Promise<void> {
      try {
        await entries.deleteMany({ at: { $lt: new Date(now.getTime() - auditKeptMs) } });
      } catch (error) {
        if ((error as { code?: unknown }).code === unauthorized) return;
        throw error;
      }
      const [first] = await entries
        .find({}, { projection: { at: 1 } })
        .sort({ at: -1 })
        .skip(keep)
        .limit(1)
        .toArray();
      if (first !== undefined) await entries.deleteMany({ at: { $lte: first.at } });
    },
  };

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
  if ("topic" in entry) return subjectOfTopic(entry.topic);
  return "apiKey" in entry ? subjectOfApiKey(entry.apiKey) : entry.installationId;
}

// No installation's id: those have a `.` in them.

function subjectOfApiKey(id: string): string {
  return `apikey-${id}`;
}

function subjectOfQueue(queue: string): string {
  return `queue-${queue}`;
}

function subjectOfTopic(topic: AuditTopic): string {
  return `topic-${topic}`;
}
