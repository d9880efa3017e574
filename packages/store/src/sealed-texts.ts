// The sealed texts that the store keeps, page by page, and their replacement when sealing keys rotate.

import type { Generation, InstallationId, SealedText } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import type { UnrecognisedDocument } from "./documents.ts";
import { type Edit, editCredentials, withFieldsOfToday } from "./edit-credentials.ts";
import type { ReceiverDocument } from "./events/event-documents.ts";
import { createReceivers } from "./events/receivers.ts";
import type { InstallationDocument, StoredCredential } from "./installation-document.ts";
import { ownCollection } from "./own-collection.ts";

/**
 * `credential`: of an installation, in force, candidate or former. `callback`: the body of a callback of a
 * type that we do not know. `notify-secret`: of a receiver, whose id is where the others have an
 * installation's.
 */
export type SealedEntry =
  | {
      kind: "credential";
      id: InstallationId;
      installationId: InstallationId;
      sealed: SealedText;
      generation: Generation;
    }
  | { kind: "callback" | "notify-secret"; id: string; installationId: InstallationId; sealed: SealedText };

/** For the commands that list keys and seal again. */
export function createSealedTexts(db: Db) {
  const installations: Collection<InstallationDocument> = ownCollection(db, "installations");
  const callbacks: Collection<UnrecognisedDocument> = ownCollection(db, "unrecognisedCallbacks");
  const receivers: Collection<ReceiverDocument> = ownCollection(db, "eventReceivers");
  const { reseal } = createReceivers(db);

  return {
    /** How many there are, about. */
    async estimate(): Promise<number> {
      const counts = [installations, callbacks, receivers].map((one) => one.estimatedDocumentCount());
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    },

    /**
     * All of them, read `pageSize` documents at a time in the order of their ids; an installation may have
     * several.
     */
    async *pages(pageSize: number): AsyncGenerator<SealedEntry[]> {
      let after = "" as InstallationId;
      for (;;) {
        const page = await installationsAfter(after, pageSize);
        const entries = page.flatMap(credentialsOf);
        if (entries.length > 0) yield entries;
        const last = page.at(-1);
        if (page.length < pageSize || last === undefined) break;
        after = last._id;
      }
      let afterJob = "";
      for (;;) {
        const page = await callbacksAfter(afterJob, pageSize);
        if (page.length > 0) yield page;
        const last = page.at(-1);
        if (page.length < pageSize || last === undefined) break;
        afterJob = last.id;
      }
      const secrets = await secretsOfReceivers();
      for (let start = 0; start < secrets.length; start += pageSize)
        yield secrets.slice(start, start + pageSize);
    },

    /**
     * Puts another sealing of the same content in its place, unless a newer install or another replacement
     * came first.
     * @returns whether it did.
     */
    async replace(entry: SealedEntry, sealed: SealedText, sealKeyId: string): Promise<boolean> {
      if (entry.kind === "credential")
        return editCredentials(installations, entry.id, (found) => resealed(found, entry, sealed, sealKeyId));
      if (entry.kind === "notify-secret") return reseal(entry.id, entry.sealed, sealed);
      const { matchedCount } = await callbacks.updateOne(
        { _id: entry.id, sealedBody: entry.sealed },
        { $set: { sealedBody: sealed } },
      );
      return matchedCount === 1;
    },
  };

  /** There are few. */
  async function secretsOfReceivers(): Promise<SealedEntry[]> {
    const found = await receivers.find({}, { projection: { secrets: 1 } }).toArray();
    return found.flatMap(({ _id: id, secrets }) =>
      secrets.map(({ sealed }) => {
        const installationId = id as InstallationId;
        return { kind: "notify-secret" as const, id, installationId, sealed };
      }),
    );
  }

  async function installationsAfter(after: InstallationId, limit: number): Promise<InstallationDocument[]> {
    return installations
      .find({ _id: { $gt: after } })
      .sort({ _id: 1 })
      .limit(limit)
      .map(withFieldsOfToday)
      .toArray();
  }

  async function callbacksAfter(after: string, limit: number): Promise<SealedEntry[]> {
    const found = await callbacks
      .find({ _id: { $gt: after } }, { projection: { installationId: 1, sealedBody: 1 } })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
    return found.map(({ _id, installationId, sealedBody }) => ({
      kind: "callback",
      id: _id,
      installationId,
      sealed: sealedBody,
    }));
  }
}

function credentialsOf(found: InstallationDocument): SealedEntry[] {
  const { _id, candidates, former, sealedCredential, generation } = found;
  const inForce = sealedCredential === null ? [] : [{ sealedCredential, generation }];
  return [...inForce, ...candidates, ...former].map((one) => ({
    kind: "credential",
    id: _id,
    installationId: _id,
    sealed: one.sealedCredential,
    generation: one.generation,
  }));
}

/** In whichever place the text is now: a candidate may have taken over since it was read. */
function resealed(
  found: InstallationDocument | null,
  { sealed: before }: SealedEntry,
  sealedCredential: SealedText,
  sealKeyId: string,
): Edit<boolean> {
  const isIt = (one: { sealedCredential: SealedText | null }) => one.sealedCredential === before;
  const replaced = <Given extends StoredCredential>(one: Given): Given =>
    isIt(one) ? { ...one, sealedCredential, sealKeyId } : one;
  if (found === null || ![found, ...found.candidates, ...found.former].some(isIt)) return { result: false };
  return {
    result: true,
    set: {
      ...(isIt(found) ? { sealedCredential, sealKeyId } : {}),
      candidates: found.candidates.map(replaced),
      former: found.former.map(replaced),
    },
  };
}
