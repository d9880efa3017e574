// The life of an account: what an install, its proof, its end and its operators change in more than one
// collection.

import type { Generation, Install, InstallationId, TokenResult } from "@fleetkeeper/model";
import type { Db } from "mongodb";
import { createAlignSyncs } from "./align-syncs.ts";
import type { Credentials, InstallHow } from "./credentials.ts";
import type { createForget } from "./forget.ts";
import type { Installations } from "./installations.ts";
import type { Syncs } from "./syncs.ts";

/** The parts whose documents change together. */
export interface PartsOfAccount {
  installations: Installations;
  credentials: Credentials;
  syncs: Syncs;
  forgets: ReturnType<typeof createForget>;
}

/** What the store does to an account as a whole: each function changes several of `parts`, or none. */
export function createAccountLife(db: Db, { installations, credentials, syncs, forgets }: PartsOfAccount) {
  const align = createAlignSyncs(db, installations);

  return {
    /**
     * Makes an install a candidate unless a newer one is in force, or the account was forgotten after it came
     * in. May be repeated. `same`: this very install was stored by an earlier start of the same job.
     * `resources`: of all syncs.
     * @throws AccountBeingForgottenError while the data from before it is being deleted; CandidatesFullError
     */
    async install(
      install: Install,
      how: InstallHow,
      resources: readonly string[],
    ): Promise<"stored" | "same" | "superseded"> {
      if (!(await forgets.admits(install, resources))) return "superseded";
      const outcome = await credentials.add(install, how);
      // The account may have been forgotten between the look and the write.
      return (await forgets.admits(install, resources)) ? outcome : "superseded";
    },

    /**
     * A candidate for which a token was granted takes over, unless a newer one has. `keptMs`: how long the
     * one before it is kept for `credentials.bringBack`.
     * @throws AccountBeingForgottenError
     */
    async promote(
      id: InstallationId,
      generation: Generation,
      how: Parameters<typeof credentials.promote>[2],
    ): Promise<"promoted" | "same" | "superseded"> {
      return credentials.promote(id, generation, how, () => forgets.refuseWhileClearing(id));
    },

    /**
     * Notes a refused credential and stops the installation's syncs, unless a newer install is stored or it
     * is paused.
     */
    async revoke(
      id: InstallationId,
      generation: Generation,
      result: TokenResult,
      prewarmAt: Date,
    ): Promise<void> {
      if (await installations.noteRefusal(id, generation, result, prewarmAt)) await align(id, result.at);
    },

    /**
     * Makes the syncs of an installation follow its state; a part of all that changes the state, and of each
     * prewarm.
     */
    align,

    /**
     * Makes the syncs of an installation that do not exist yet: due at once, or waiting with the rest of a
     * paused account. Those that know of an older install only use this one's credential from now on, and are
     * due. Does nothing for an installation that was forgotten in the meantime, or whose first credential has
     * not proved itself.
     */
    async plan(id: InstallationId, names: readonly string[], now: Date): Promise<void> {
      const installation = await installations.find(id);
      if (installation === null || installation.sealedCredential === null) return;
      // The token first: an account that is forgotten after it was asked for is gone, or gets another.
      const firstToken = async () => {
        const token = await forgets.firstSyncTokenOf(id);
        return (await installations.find(id))?.sealedCredential ? token : undefined;
      };
      await syncs.plan(installation, names, { now, firstToken });
    },

    /** Stops an installation's token and syncs until `resume`; what runs now loses its lease. */
    async pause(id: InstallationId, now = new Date()): Promise<void> {
      await installations.setPaused(id, now);
      await align(id, now);
    },

    async resume(id: InstallationId, now: Date): Promise<void> {
      await installations.endPause(id, now);
      await align(id, now);
    },

    /**
     * Deletes an account's credential and everything that was read for it, unless it was installed again
     * since. To be asked twice: the second time deletes what a slice in progress still wrote.
     */
    forget: forgets.forget,

    /**
     * Whether this install, or a newer one, is stored, as a candidate or in force, or was refused; true as
     * well where the account was forgotten after it.
     */
    async hasInstall(
      install: Pick<Install, "installationId" | "generation" | "receivedAt">,
    ): Promise<boolean> {
      const { installationId, generation, receivedAt } = install;
      const installation = await installations.find(installationId);
      if (installation !== null) {
        const { candidates, refused } = installation;
        return [installation, ...candidates, ...refused].some((one) => one.generation >= generation);
      }
      return forgets.isForgottenAfter(installationId, receivedAt);
    },
  };
}
