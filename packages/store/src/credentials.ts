// The credentials of installations: installs come in as candidates, one that proved itself takes over, those
// before it are kept.

import type { Generation, Install, InstallationId } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import { createAccountKeys } from "./account-keys.ts";
import { createCandidates } from "./candidates.ts";
import {
  addCandidate,
  bringBack,
  dropFormer,
  forgetUntil,
  newsOfPromotion,
  promote,
} from "./credential-decisions.ts";
import { editCredentials, withFieldsOfToday } from "./edit-credentials.ts";
import type { Interest } from "./events/interest.ts";
import type { FormerCredential, InstallationDocument } from "./installation-document.ts";
import { ownCollection } from "./own-collection.ts";

/** Candidates, the credential in force, and former ones: each step on the condition that it still holds. */
export type Credentials = ReturnType<typeof createCredentials>;

/** How an install is stored. */
export interface InstallHow {
  requestedScopes: string[];
  sealKeyId: string;
  now?: Date;
  /** Before an older candidate is refused to make room for this one; again if another writer was first. */
  onMakingRoom?: () => Promise<void>;
}

/** This many installations are looked at in one call. */
const atOnce = 100;

/** `interest`: who is notified of what. */
export function createCredentials(db: Db, interest: Interest) {
  const installations: Collection<InstallationDocument> = ownCollection(db, "installations");
  const keys = createAccountKeys(db);

  const { toProve, refuse, putOff, tryNow, due, claim, quiet } = createCandidates(installations);

  return {
    toProve,
    refuse,
    putOff,
    tryNow,
    due,
    claim,
    quiet,

    /**
     * Makes an install a candidate, which is due at once unless the account is paused. `same`: this very
     * install is known already; `superseded`: the credential in force is newer.
     * @throws CandidatesFullError
     */
    async add(install: Install, how: InstallHow): Promise<"stored" | "same" | "superseded"> {
      let before: InstallationDocument | null = null;
      const outcome = await editCredentials(installations, install.installationId, async (found) => {
        before = found;
        const edit = addCandidate(found, install, how);
        if (edit.set?.refused !== undefined) await how.onMakingRoom?.();
        return edit;
      });
      // Only afterwards: anyone who forgets the account at the same time sees the candidate, or has deleted
      // the keys before.
      if (outcome !== "superseded") await keys.addInstall(install, before, new Date());
      return outcome;
    },

    /**
     * A candidate for which a token was granted takes over, unless a newer one has; older candidates go with
     * it. The installation's token is due. `admits`: asked before each try whether it may; rejects where not.
     */
    async promote(
      _id: InstallationId,
      generation: Generation,
      how: Parameters<typeof promote>[2],
      admits: () => Promise<void>,
    ): Promise<"promoted" | "same" | "superseded"> {
      return editCredentials(installations, _id, async (found) => {
        await admits();
        const edit = promote(found, generation, how);
        const news = newsOfPromotion(found, generation);
        return { ...edit, event: news && interest.eventOf(_id, news.type, how.now, news.data) };
      });
    },

    /**
     * Makes a former credential the newest candidate: the one of this generation, or the one replaced last.
     * @returns undefined where it is not kept.
     */
    async bringBack(
      _id: InstallationId,
      { generation, now }: { generation?: Generation | undefined; now: Date },
    ): Promise<FormerCredential | undefined> {
      return editCredentials(installations, _id, (found) => bringBack(found, { generation, now }));
    },

    /** An operator has seen that the client id changed. @returns whether it had. */
    async acceptClient(_id: InstallationId): Promise<boolean> {
      return editCredentials(installations, _id, (found) =>
        found === null || found.clientChange === null
          ? { result: false }
          : { result: true, set: { clientChange: null } },
      );
    },

    /** Drops former credentials that need no longer be kept, of up to 100 installations. */
    async dropFormer(now: Date): Promise<number> {
      const due = installations.find({ formerUntil: { $lte: now } }, { projection: { _id: 1 } });
      const ids = await due.limit(atOnce).toArray();
      for (const { _id } of ids) await editCredentials(installations, _id, (found) => dropFormer(found, now));
      return ids.length;
    },

    /**
     * Deletes an installation unless its credential arrived after `until`; candidates that did stay, and
     * begin it again.
     */
    async forget(_id: InstallationId, until: Date): Promise<void> {
      const found = await installations.findOne({ _id });
      // First, while there is an installation to begin from again; looked at again below, since one may be
      // back.
      if (found === null || forgetUntil(withFieldsOfToday(found), until).remove) await keys.forget(_id);
      const outcome = await editCredentials(installations, _id, (one) => forgetUntil(one, until));
      if (outcome !== "kept") return;
      const kept = await installations.findOne({ _id });
      if (kept !== null) await keys.addAll(withFieldsOfToday(kept), new Date());
    },
  };
}
