// The store: one MongoDB database. Portable on purpose: single-document atomicity, no transactions, no change streams, no TTL indexes.

import type { Install, InstallationId, UnrecognisedCallback } from "@fleetkeeper/model";
import { MongoClient } from "mongodb";
import { createAudit } from "./audit.ts";
import { createChangeFeed } from "./change-feed.ts";
import type { ForgottenDocument, UnrecognisedDocument } from "./documents.ts";
import { forgetData } from "./forget-data.ts";
import { createIndexes, missingIndexes } from "./indexes.ts";
import { createInstallations } from "./installations.ts";
import { ownCollection } from "./own-collection.ts";
import { createProveWrite } from "./prove-write.ts";
import { createRecords } from "./records.ts";
import { createSealedTexts } from "./sealed-texts.ts";
import { createSetAside } from "./set-aside.ts";
import { createSyncs } from "./syncs.ts";

export type Store = Awaited<ReturnType<typeof openStore>>;

const driversDefaultDatabase = "test";

/**
 * Connects to the database that the URL names (`fleetkeeper` when it names none) and creates the indexes that are missing,
 * unless `indexes` is `leave`. Gives up connecting after `connectWithinMs` (default 10 000); every operation ends within
 * `timeoutMs` (default 30 000).
 */
export async function openStore(options: {
  mongodbUrl: string;
  connectWithinMs?: number;
  timeoutMs?: number;
  indexes?: "create" | "leave";
}) {
  const { mongodbUrl, connectWithinMs = 10_000, timeoutMs = 30_000, indexes = "create" } = options;
  const client = new MongoClient(mongodbUrl, {
    serverSelectionTimeoutMS: Math.min(timeoutMs, connectWithinMs),
    socketTimeoutMS: timeoutMs,
    maxPoolSize: 20,
  });
  const db = client.db(client.options.dbName === driversDefaultDatabase ? "fleetkeeper" : undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.close();
    throw error;
  }
  if (indexes === "create") await createIndexes(db);
  const syncs = createSyncs(db);
  const installations = createInstallations(db);
  const feed = createChangeFeed(db);
  const forgotten = ownCollection<ForgottenDocument>(db, "forgotten");
  const unrecognised = ownCollection<UnrecognisedDocument>(db, "unrecognisedCallbacks");

  return {
    installations,
    syncs,
    records: createRecords(db),
    setAside: createSetAside(db),
    feed,
    audit: createAudit(db),
    sealedTexts: createSealedTexts(db),

    /**
     * Notes a refused credential and stops the installation's syncs. A new install that comes in between wins: it wakes
     * what was stopped, whichever of the two writes last.
     */
    async revoke(
      id: InstallationId,
      ...refusal: DropFirst<Parameters<typeof installations.noteRefusal>>
    ): Promise<void> {
      if (!(await installations.noteRefusal(id, ...refusal))) return;
      await syncs.stop(id, { for: "credential", code: "revoked" });
      const after = await installations.find(id);
      if (after?.state !== "revoked") await syncs.wake(id, ["credential"], refusal[1].at);
    },

    /**
     * Makes the syncs of an installation that do not exist yet: due at once, or waiting with the rest of a paused account.
     * Does nothing for one that was forgotten in the meantime.
     */
    async plan(id: InstallationId, names: readonly string[], now: Date): Promise<void> {
      const installation = await installations.find(id);
      if (installation !== null) await syncs.plan(installation, names, { now });
    },

    /** Stops an installation's token and syncs until `resume`; what runs now loses its lease. */
    async pause(id: InstallationId): Promise<void> {
      await installations.setPaused(id);
      await syncs.stop(id, { for: "operator", code: "paused", of: "account" });
    },

    async resume(id: InstallationId, now: Date): Promise<void> {
      await installations.endPause(id, now);
      await syncs.wake(id, ["operator"], now);
    },

    /** Whether an account was forgotten after this install came in. */
    async isForgotten({
      installationId,
      receivedAt,
    }: Pick<Install, "installationId" | "receivedAt">): Promise<boolean> {
      const found = await forgotten.findOne({ _id: installationId });
      return found !== null && found.at >= receivedAt;
    },

    /** Deletes an account's credential and everything that was read for it, unless it was installed again since `askedAt`. */
    async forget(
      id: InstallationId,
      askedAt: Date,
    ): Promise<{ outcome: "forgotten" | "superseded"; deleted: number }> {
      const installation = await installations.find(id);
      if (installation !== null && installation.installedAt > askedAt)
        return { outcome: "superseded", deleted: 0 };
      await forgotten.updateOne({ _id: id }, { $set: { at: askedAt } }, { upsert: true });
      await installations.forget(id);
      // Their ids are those of their jobs, which begin with the installation's and a dot; `/` is the next character.
      await unrecognised.deleteMany({ _id: { $gte: `${id}.`, $lt: `${id}/` } });
      return { outcome: "forgotten", deleted: await forgetData(db, id) };
    },

    async keepUnrecognised(jobId: string, callback: UnrecognisedCallback): Promise<void> {
      await unrecognised.updateOne({ _id: jobId }, { $setOnInsert: callback }, { upsert: true });
    },

    /** What an operator wants to know of the server. */
    async inspect(): Promise<{ version: string; serverTime: Date | undefined; missingIndexes: string[] }> {
      const { version } = await db.command({ buildInfo: 1 });
      const { localTime } = await db.command({ hello: 1 });
      return { version, serverTime: localTime, missingIndexes: await missingIndexes(db) };
    },

    proveWrite: createProveWrite(db),

    async close(): Promise<void> {
      await client.close();
    },
  };
}

type DropFirst<T extends readonly unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never;
