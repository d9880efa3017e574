// The schema's version, and the migrations that bring the documents of an earlier version up to date while
// services run.
//
// A new one: raise `schemaVersion`, and add it below with a query for what it has not reached yet. Every
// service of the version before must be able to work with what it writes (expand first, take away a release
// later); where it cannot, raise `readableBy`.

import type { Collection, Db, Document } from "mongodb";
import { decidedUpsert } from "./decided-upsert.ts";
import type { SchemaDocument } from "./documents.ts";
import { withFieldsOfToday as installationOfToday } from "./edit-credentials.ts";
import { SchemaTooNewError } from "./errors.ts";
import type { InstallationDocument } from "./installation-document.ts";
import { ownCollection } from "./own-collection.ts";

/** Of the documents that this version of the code writes. */
export const schemaVersion = 1;

/** Code of this schema version or later works with what is stored here. */
const readableBy = 0;

interface Migration {
  to: number;
  /** For the log. */
  what: string;
  collection: "installations";
  /** What it has not reached yet; what it wrote does not fit any more. */
  left: Document;
  /** The fields to be set, of one document; written only if it still fits `left`. */
  set: (found: never) => Document;
}

const migrations: readonly Migration[] = [
  {
    to: 1,
    what: "installations from before candidates get their fields",
    collection: "installations",
    left: { candidates: { $exists: false } },
    set: (found: InstallationDocument) => {
      const { revision, inForceSince, candidates, former, refused, clientChange, proveAt, formerUntil } =
        installationOfToday(found);
      return { revision, inForceSince, candidates, former, refused, clientChange, proveAt, formerUntil };
    },
  },
];

const _id = "schema" as const;
const batch = 200;
const holdMs = 60_000;

/** How far a migration is. */
export interface MigrationProgress {
  to: number;
  what: string;
  /** Documents changed so far, by every process that worked on it. */
  done: number;
}

/** Of this database. */
export function createMigrations(db: Db, steps: readonly Migration[] = migrations) {
  const documents: Collection<SchemaDocument> = ownCollection(db, "schema");
  const target = Math.max(0, ...steps.map(({ to }) => to));

  return {
    /** What is stored, and what this code writes. */
    async version(): Promise<{ stored: number; target: number }> {
      return { stored: (await documents.findOne({ _id }))?.version ?? 0, target };
    },

    /** @throws SchemaTooNewError: what a newer version has stored is not for this one. */
    async check(): Promise<void> {
      const found = await documents.findOne({ _id });
      if (found !== null && found.readableBy > schemaVersion)
        throw new SchemaTooNewError({ stored: found.version, needs: found.readableBy, known: schemaVersion });
    },

    /**
     * Does what is left, a batch at a time, one process at a time; what was interrupted goes on where it was.
     * @returns whether all is done; false while another process is at it.
     */
    async migrate(options: {
      holder: string;
      now: () => Date;
      onProgress?: (progress: MigrationProgress) => void;
      signal?: AbortSignal;
    }): Promise<boolean> {
      const { holder, now, onProgress, signal } = options;
      const known = await documents.findOne({ _id });
      if (known !== null && known.version >= target) return true;
      let held = await hold(holder, now());
      if (held === null) return false;
      for (const step of steps.filter(({ to }) => to > (held?.version ?? 0))) {
        for (;;) {
          signal?.throwIfAborted();
          const changed = await nextBatch(step);
          const isDone = changed === 0;
          held = await note(holder, now(), {
            ...(isDone
              ? { version: step.to, done: 0, readableBy: Math.max(held.readableBy, readableBy) }
              : { done: held.done + changed }),
          });
          // It stood still for longer than it may.
          if (held === null) return false;
          if (isDone) break;
          onProgress?.({ to: step.to, what: step.what, done: held.done });
        }
      }
      await documents.updateOne({ _id, holder }, { $set: { heldUntil: new Date(0) } });
      return true;
    },
  };

  async function hold(holder: string, now: Date): Promise<SchemaDocument | null> {
    return decidedUpsert(
      () =>
        documents.findOneAndUpdate(
          { _id, $or: [{ holder }, { heldUntil: { $lt: now } }] },
          {
            $set: { holder, heldUntil: new Date(now.getTime() + holdMs) },
            $setOnInsert: { version: 0, readableBy: 0, done: 0 },
          },
          { upsert: true, returnDocument: "after" },
        ),
      async () => null,
    );
  }

  function note(holder: string, now: Date, fields: Partial<SchemaDocument>): Promise<SchemaDocument | null> {
    const heldUntil = new Date(now.getTime() + holdMs);
    return documents.findOneAndUpdate(
      { _id, holder },
      { $set: { ...fields, heldUntil } },
      { returnDocument: "after" },
    );
  }

  /** @returns how many were there; 0 at the end. */
  async function nextBatch({ collection, left, set }: Migration): Promise<number> {
    const found = await ownCollection(db, collection).find(left).limit(batch).toArray();
    if (found.length === 0) return 0;
    await ownCollection(db, collection).bulkWrite(
      found.map((one) => ({
        updateOne: { filter: { _id: one._id, ...left }, update: { $set: set(one as never) } },
      })),
    );
    return found.length;
  }
}
