// Candidates: credentials of installs that have not proved themselves. When each is tried, and how a try that
// proved nothing is noted.

import type { Generation, InstallationId } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import { dueCandidates, putOff, type TriedCandidate, tryNow } from "./candidate-times.ts";
import { refuse } from "./credential-decisions.ts";
import { editCredentials, withFieldsOfToday } from "./edit-credentials.ts";
import type { Candidate, InstallationDocument, StoredCredential } from "./installation-document.ts";

/** Reads candidates and notes their tries. `credentials` decides which one takes over. */
export function createCandidates(installations: Collection<InstallationDocument>) {
  return {
    /**
     * What proving the candidates needs: those that are due, the newest first, and the credential in force.
     * Undefined where none is to be tried.
     */
    async toProve(
      _id: InstallationId,
      now: Date,
    ): Promise<
      { accountId: string; candidates: Candidate[]; inForce: StoredCredential | undefined } | undefined
    > {
      const read = await installations.findOne({ _id });
      if (read === null) return undefined;
      const found = withFieldsOfToday(read);
      if (found.state === "paused" || found.candidates.length === 0) return undefined;
      const candidates = dueCandidates(found, now).reverse();
      const { sealedCredential } = found;
      return {
        accountId: found.accountId,
        candidates,
        inForce: sealedCredential === null ? undefined : { ...found, sealedCredential },
      };
    },

    /** @returns whether it was a candidate until now. */
    async refuse(
      _id: InstallationId,
      generation: Generation,
      why: { at: Date; code: string },
    ): Promise<boolean> {
      return editCredentials(installations, _id, (found) => refuse(found, generation, why));
    },

    /** Notes tries that proved nothing, and when to try again. */
    async putOff(_id: InstallationId, tried: readonly TriedCandidate[], at: Date): Promise<void> {
      await editCredentials(installations, _id, (found) => putOff(found, tried, at));
    },

    /** Makes the candidates due now. @returns whether there are any. */
    async tryNow(_id: InstallationId, now: Date): Promise<boolean> {
      return editCredentials(installations, _id, (found) => tryNow(found, now));
    },

    /** Installations with a candidate that is due, the longest overdue first; `_id`: only this one. */
    async due(
      now: Date,
      limit: number,
      _id?: InstallationId,
    ): Promise<Pick<InstallationDocument, "_id" | "proveAt">[]> {
      return installations
        .find({ ...(_id && { _id }), proveAt: { $lte: now } }, { projection: { proveAt: 1 } })
        .sort({ proveAt: 1 })
        .limit(limit)
        .toArray();
    },

    /**
     * Takes due candidates for one dispatcher: true for exactly one. If the job is lost, they are due again
     * at `again`.
     */
    async claim(due: Pick<InstallationDocument, "_id" | "proveAt">, again: Date): Promise<boolean> {
      const { modifiedCount } = await installations.updateOne(
        { _id: due._id, proveAt: due.proveAt },
        { $set: { proveAt: again } },
      );
      return modifiedCount === 1;
    },

    /** No candidate waits any more: nothing is due. */
    async quiet(_id: InstallationId): Promise<void> {
      await installations.updateOne({ _id, "candidates.0": { $exists: false } }, { $set: { proveAt: null } });
    },
  };
}
