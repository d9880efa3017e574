// The sealed texts that the store keeps, page by page, and their replacement when sealing keys rotate.

import type { Generation, InstallationId, SealedText } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import type { InstallationDocument, UnrecognisedDocument } from "./documents.ts";
import { ownCollection } from "./own-collection.ts";

/** `credential`: of an installation. `callback`: the body of a callback of a type that we do not know. */
export type SealedEntry =
  | {
      kind: "credential";
      id: InstallationId;
      installationId: InstallationId;
      sealed: SealedText;
      generation: Generation;
    }
  | { kind: "callback"; id: string; installationId: InstallationId; sealed: SealedText };

export function createSealedTexts(db: Db) {
  const installations: Collection<InstallationDocument> = ownCollection(db, "installations");
  const callbacks: Collection<UnrecognisedDocument> = ownCollection(db, "unrecognisedCallbacks");

  return {
    /** How many there are, about. */
    async estimate(): Promise<number> {
      const counts = [installations.estimatedDocumentCount(), callbacks.estimatedDocumentCount()];
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    },

    /** All of them, read `pageSize` at a time in the order of their ids. */
    async *pages(pageSize: number): AsyncGenerator<SealedEntry[]> {
      let after = "" as InstallationId;
      for (;;) {
        const page = await credentialsAfter(after, pageSize);
        if (page.length > 0) yield page;
        const last = page.at(-1);
        if (page.length < pageSize || last === undefined) break;
        after = last.installationId;
      }
      let afterJob = "";
      for (;;) {
        const page = await callbacksAfter(afterJob, pageSize);
        if (page.length > 0) yield page;
        const last = page.at(-1);
        if (page.length < pageSize || last === undefined) break;
        afterJob = last.id;
      }
    },

    /**
     * Puts another sealing of the same content in its place, unless a newer install or another replacement came first.
     * @returns whether it did.
     */
    async replace(entry: SealedEntry, sealed: SealedText, sealKeyId: string): Promise<boolean> {
      const { matchedCount } =
        entry.kind === "credential"
          ? await installations.updateOne(
              { _id: entry.id, generation: entry.generation, sealedCredential: entry.sealed },
              { $set: { sealedCredential: sealed, sealKeyId } },
            )
          : await callbacks.updateOne(
              { _id: entry.id, sealedBody: entry.sealed },
              { $set: { sealedBody: sealed } },
            );
      return matchedCount === 1;
    },
  };

  async function credentialsAfter(after: InstallationId, limit: number): Promise<SealedEntry[]> {
    const found = await installations
      .find({ _id: { $gt: after } }, { projection: { sealedCredential: 1, generation: 1 } })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
    return found.map(({ _id, sealedCredential, generation }) => ({
      kind: "credential",
      id: _id,
      installationId: _id,
      sealed: sealedCredential,
      generation,
    }));
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
