// An operator's pause of a whole account, in its installation; its syncs follow through `align-syncs.ts`.

import type { InstallationId } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import type { InstallationDocument } from "./installation-document.ts";

/** A part of `installations`. */
export function createPauseInstallation(installations: Collection<InstallationDocument>) {
  return {
    /** Its token is due, too: the prewarm asks for none, and sees to it that all syncs have stopped. */
    async setPaused(_id: InstallationId, now: Date): Promise<void> {
      await installations.updateOne(
        { _id },
        { $set: { state: "paused", prewarmAt: now, proveAt: null, noTokenFrom: null } },
      );
    },

    /** All syncs have stopped: nothing is due until the pause ends. */
    async quietPause(_id: InstallationId): Promise<void> {
      await installations.updateOne({ _id, state: "paused" }, { $set: { prewarmAt: null } });
    },

    async endPause(_id: InstallationId, now: Date): Promise<void> {
      const ends = [
        { has: { $ne: null }, $set: { state: "active", prewarmAt: now, proveAt: now } },
        { has: null, $set: { state: "pending", prewarmAt: null, proveAt: now } },
      ] as const;
      // A credential may take over between the two.
      for (const { has, $set } of [...ends, ...ends])
        await installations.updateOne({ _id, state: "paused", sealedCredential: has }, { $set });
    },
  };
}
