// The schema's version, and the migrations that bring the documents of an earlier version up to date while
// services run.
//
// A new one: raise `schemaVersion`, and add it below. Every
// service of the version before must be able to work with what it writes (expand first, take away a release
// later); where it cannot, raise `readableBy`.

import type { InstallationId } from "@fleetkeeper/model";
import type { Collection, Db, Document } from "mongodb";
import { createAccountKeys } from "./account-keys.ts";
import type { SchemaDocument } from "./documents.ts";
import { withFieldsOfToday as installationOfToday } from "./edit-credentials.ts";
import { SchemaTooNewError } from "./errors.ts";
import { hold } from "./hold.ts";
import type { InstallationDocument } from "./installation-document.ts";
import { ownCollection } from "./own-collection.ts";

/** Of the documents that this version of the code writes. */
export const schemaVersion = 3;

/** Code of this schema version or later works with what is stored here. */
const readableBy = 3;

interface Migration {
  to: number;
  /** For the log. */
  what: string;
  /** Carries out a batch behind `reached`, which is empty at first. May be repeated. */
  carryOut: (db: Db, reached: string, now: Date) => Promise<Batch>;
}

interface Batch {
  /** How many documents it was about; 0 when nothing is left. */
  count: number;
  /** Where the next one begins, for those that cannot ask what is left. */
  reached?: string;
}

const migrations: readonly Migration[] = [
  {
    to: 1,
    what: "installations from before candidates get their fields",
    carryOut: setFields(
      "installations",
      { candidates: { $exists: false } },
      (found: InstallationDocument) => {
        const { revision, inForceSince, candidates, former, refused, clientChange, proveAt, formerUntil } =
          installationOfToday(found);
        return { revision, inForceSince, candidates, former, refused, clientChange, proveAt, formerUntil };
      },
    ),
  },
  {
    to: 2,
    what: "accounts from before any part of them was searched get their keys",
    carryOut: addAccountKeys,
  },
  {
    to: 3,
    what: "entries of the change feed are compressed from now on",
    // Those of before are read as they are; code of before cannot read the new ones.
    carryOut: async () => ({ count: 0 }),
  },
];

const _id = "schema" as const;
const batch = 200;
const holdMs = 60_000;
const heldUntil = (now: Date) => new Date(now.getTime() + holdMs);
const unmigrated = { version: 0, readableBy: 0, done: 0 };

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

    /** Whether there may be documents that a migration has still to bring up to date. */
    async isBehind(): Promise<boolean> {
      const stored = (await documents.findOne({ _id }))?.version ?? 0;
      return stored < target && (await ownCollection(db, "installations").findOne({})) !== null;
    },

    /** @throws SchemaTooNewError: what a newer version has stored is not for this one. */
    async check(): Promise<void> {
      const found = await documents.findOne({ _id });
      if (found !== null && found.readableBy > schemaVersion)
        throw new SchemaTooNewError({ stored: found.version, needs: found.readableBy, known: schemaVersion });
    },

    /**
     * Does what is left, a batch at a time, one process at a time; what was interrupted continues where it
     * was.
     * @returns whether all is done; false while another process already does it.
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
      let held = await hold(documents, { _id, holder, now: now(), until: heldUntil(now()) }, unmigrated);
      if (held === null) return false;
      for (const step of steps.filter(({ to }) => to > (held?.version ?? 0))) {
        for (;;) {
          signal?.throwIfAborted();
          const { count, reached = "" } = await step.carryOut(db, held.reached ?? "", now());
          const isDone = count === 0;
          held = await note(
            holder,
            isDone
              ? {
                  ...{ version: step.to, done: 0, reached },
                  readableBy: Math.max(held.readableBy, readableBy),
                  // With the last version, in one write: anyone who finds it looks no further.
                  heldUntil: step.to === target ? new Date(0) : heldUntil(now()),
                }
              : { done: held.done + count, reached, heldUntil: heldUntil(now()) },
          );
          // It stood still for longer than it may.
          if (held === null) return false;
          if (isDone) break;
          onProgress?.({ to: step.to, what: step.what, done: held.done });
        }
      }
      return true;
    },
  };

  function note(holder: string, fields: Partial<SchemaDocument>): Promise<SchemaDocument | null> {
    return documents.findOneAndUpdate({ _id, holder }, { $set: fields }, { returnDocument: "after" });
  }
}

/**
 * `left`: what it has not reached yet; what it wrote does not fit any more, and only what fits is written.
 */
function setFields<Found extends Document>(
  name: "installations",
  left: Document,
  set: (found: Found) => Document,
): Migration["carryOut"] {
  return async (db) => {
    const collection = ownCollection(db, name);
    const found = await collection.find(left).limit(batch).toArray();
    if (found.length === 0) return { count: 0 };
    await collection.bulkWrite(
      found.map((one) => ({
        updateOne: { filter: { _id: one._id, ...left }, update: { $set: set(one as never) } },
      })),
    );
    return { count: found.length };
  };
}

/** Of every account, in the order of ids: what has none cannot be asked for, and those that have stay. */
async function addAccountKeys(db: Db, reached: string, now: Date): Promise<Batch> {
  const installations: Collection<InstallationDocument> = ownCollection(db, "installations");
  const keys = createAccountKeys(db);
  const found = await installations
    .find({ _id: { $gt: reached as InstallationId } })
    .sort({ _id: 1 })
    .limit(batch)
    .toArray();
  for (const installation of found) {
    await keys.addAll(installation, now);
    const isThere = async () => installations.findOne({ _id: installation._id });
    if ((await isThere()) !== null) continue;
    // It was forgotten meanwhile, perhaps before its keys were added; one that is installed again has its
    // own.
    await keys.forget(installation._id);
    const back = await isThere();
    if (back !== null) await keys.addAll(back, now);
  }
  const last = found.at(-1)?._id;
  return { count: found.length, ...(last === undefined ? {} : { reached: last }) };
}
