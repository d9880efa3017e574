// The keys under which an account is found: its id, its names, and the fingerprints of its credentials. Each
// is the `_id` of a small document, so that a search for a beginning reads a range of `_id`, and one for any
// part reads `_id`s and nothing else.

import type { InstallationId } from "@fleetkeeper/model";
import type { AnyBulkWriteOperation, Collection, Db } from "mongodb";
import { plainUpsert } from "./decided-upsert.ts";
import type { AccountDocument } from "./documents.ts";
import type { InstallationDocument } from "./installation-document.ts";
import { ownCollection } from "./own-collection.ts";

/** What of an installation is in its keys. */
export type Keyed = Pick<InstallationDocument, "_id" | "accountId" | "clientIdFingerprint"> &
  Partial<
    Pick<InstallationDocument, "name" | "reference" | "toldName"> &
      Record<"candidates" | "former" | "refused", readonly { clientIdFingerprint: string }[]>
  >;

/** A key, and the text that it stands for, in lower case. */
export interface AccountKey {
  _id: string;
  text: string;
}

/**
 * A key of a fingerprint that no credential has any more is removed by a later install, when it is this old.
 */
const fingerprintsKeptMs = 3_600_000;

/** The key under which an account's installation is found by its account id. */
export function accountKeyOf(accountId: string, installationId: InstallationId): string {
  return `${accountId.toLowerCase()}/${installationId}`;
}

/** All keys that an installation has at this moment. */
export function keysOf(installation: Keyed): AccountKey[] {
  const { _id, accountId, name, reference, toldName } = installation;
  const idKey = { _id: accountKeyOf(accountId, _id), text: accountId.toLowerCase() };
  const texts = [name, reference, toldName, ...fingerprintsOf(installation)].flatMap((text) => text || []);
  const others = texts.map((text) => ({ _id: keyOfText(text, _id), text: text.toLowerCase() }));
  const byId = new Map([idKey, ...others].map((key) => [key._id, key]));
  return [...byId.values()];
}

/**
 * The text in lower case, percent-encoded, so that the order of keys is plain everywhere: in what is encoded,
 * a part of the text is a part of the key.
 */
export function encodedText(text: string): string {
  return [...text.toLowerCase()]
    .map((character) => (/[a-z0-9@_.-]/.test(character) ? character : percentEncoded(character)))
    .join("");
}

function percentEncoded(character: string): string {
  return Buffer.from(character).toString("hex").replace(/../g, "%$&");
}

function keyOfText(text: string, _id: InstallationId): string {
  return `${encodedText(text)}/${_id}`;
}

function fingerprintsOf({ clientIdFingerprint, candidates, former, refused }: Keyed): string[] {
  const others = [candidates, former, refused].flatMap((list) => list ?? []);
  // One whose install has not proved itself yet has none in force.
  return [clientIdFingerprint, ...others.map((one) => one.clientIdFingerprint)].filter((text) => text !== "");
}

/** Adds and removes keys. */
export type AccountKeys = ReturnType<typeof createAccountKeys>;

/** Of this database. */
export function createAccountKeys(db: Db) {
  const accounts: Collection<AccountDocument> = ownCollection(db, "accounts");

  return {
    /**
     * Those of an install: `before` is what was there, whose keys are all there already but for what this
     * install brings.
     */
    async addInstall(
      install: { installationId: InstallationId; accountId: string; clientIdFingerprint: string },
      before: Keyed | null,
      now: Date,
    ): Promise<void> {
      const { installationId, accountId, clientIdFingerprint } = install;
      await put(installationId, [accountKeyOf(accountId, installationId)], [clientIdFingerprint], now);
      if (before === null) return;
      const kept = [clientIdFingerprint, ...fingerprintsOf(before)].map((text) =>
        keyOfText(text, installationId),
      );
      const fingerprintAt = { $lt: new Date(now.getTime() - fingerprintsKeptMs) };
      await accounts.deleteMany({ installationId, fingerprintAt, _id: { $nin: kept } });
    },

    /** All of an installation. */
    async addAll(installation: Keyed, now: Date): Promise<void> {
      const fingerprints = new Set(fingerprintsOf(installation));
      const others = keysOf(installation).filter(({ text }) => !fingerprints.has(text));
      await put(
        installation._id,
        others.map(({ _id }) => _id),
        [...fingerprints],
        now,
      );
    },

    /** Those of names, before the names are written. */
    async addNames(after: Keyed, before: Keyed): Promise<void> {
      const known = new Set(keysOf(before).map(({ _id }) => _id));
      const added = keysOf(after).filter(({ _id }) => !known.has(_id));
      await put(
        after._id,
        added.map(({ _id }) => _id),
        [],
        new Date(0),
      );
    },

    /** Those that the names have left; all that `after` does not have, or, without it, that `before` had. */
    async dropNames(before: Keyed, after: Keyed | undefined): Promise<void> {
      const kept = new Set(after === undefined ? [] : keysOf(after).map(({ _id }) => _id));
      const gone = keysOf(before).filter(({ _id }) => !kept.has(_id));
      if (gone.length > 0) await accounts.deleteMany({ _id: { $in: gone.map(({ _id }) => _id) } });
    },

    /** All of an installation, also those of names that it had. */
    async forget(installationId: InstallationId): Promise<void> {
      await accounts.deleteMany({ installationId });
    },
  };

  async function put(
    installationId: InstallationId,
    ids: readonly string[],
    fingerprints: readonly string[],
    now: Date,
  ): Promise<void> {
    const upsert = (_id: string, more: Partial<AccountDocument>): AnyBulkWriteOperation<AccountDocument> => ({
      updateOne: { filter: { _id }, update: { $set: { installationId, ...more } }, upsert: true },
    });
    const writes = [
      ...ids.map((_id) => upsert(_id, {})),
      ...fingerprints.map((text) => upsert(keyOfText(text, installationId), { fingerprintAt: now })),
    ];
    if (writes.length > 0) await plainUpsert(() => accounts.bulkWrite(writes, { ordered: false }));
  }
}
