// Installations: who installed us, with which sealed credential, and how asking for a token went.

import type { InstallationId } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import { createAccountKeys } from "./account-keys.ts";
import { createCountInstallations } from "./count-installations.ts";
import type { AccountDocument, SyncDocument } from "./documents.ts";
import { withFieldsOfToday } from "./edit-credentials.ts";
import { UnknownInstallationError } from "./errors.ts";
import type { Interest } from "./events/interest.ts";
import type { InstallationDocument } from "./installation-document.ts";
import type { InstallationPage, InstallationRow } from "./installation-row.ts";
import { installationsOfAccount, type ListQuery, listInstallations } from "./list-installations.ts";
import { ownCollection } from "./own-collection.ts";
import { createPauseInstallation } from "./pause-installation.ts";
import { createTokenNotes } from "./token-notes.ts";

/** Names, and what people want to find with an account. What is absent stays. */
export type AccountNotes = Partial<
  Pick<InstallationDocument, "name" | "note" | "reference" | "metadata" | "toldName">
>;

/** Documents of installations: read, and changed on the condition that they are still what they were. */
export type Installations = ReturnType<typeof createInstallations>;

/** `interest`: who is notified of what. */
export function createInstallations(db: Db, interest: Interest) {
  const installations: Collection<InstallationDocument> = ownCollection(db, "installations");
  const accounts: Collection<AccountDocument> = ownCollection(db, "accounts");
  const syncs: Collection<SyncDocument> = ownCollection(db, "syncs");
  const keys = createAccountKeys(db);
  const { noteGrant, noteFailure, noteRefusal, noteUnused, duePrewarms, claimPrewarm } = createTokenNotes(
    installations,
    interest,
  );
  const { countByState, countByTokenLeft } = createCountInstallations(installations);
  const { setPaused, quietPause, endPause } = createPauseInstallation(installations);

  return {
    noteGrant,
    noteFailure,
    noteRefusal,
    noteUnused,
    duePrewarms,
    claimPrewarm,
    countByState,
    countByTokenLeft,
    setPaused,
    quietPause,
    endPause,

    async find(_id: InstallationId): Promise<InstallationDocument | null> {
      const found = await installations.findOne({ _id });
      return found && withFieldsOfToday(found);
    },

    /** Those of one account, without credentials: one for each app that it installed. */
    async ofAccount(accountId: string): Promise<InstallationRow[]> {
      return installationsOfAccount({ installations, accounts, syncs }, accountId);
    },

    /**
     * What operators, the publisher and the API call an account, and what else they want to find with it.
     * @returns false where there is no such installation.
     */
    async setNotes(_id: InstallationId, notes: AccountNotes): Promise<boolean> {
      const read = await installations.findOne({ _id });
      if (read === null) return false;
      const before = withFieldsOfToday(read);
      const after = { ...before, ...notes };
      // Found by the new name before it has it, and by the old one until it has not.
      await keys.addNames(after, before);
      const isThere = (await installations.updateOne({ _id }, { $set: notes })).matchedCount === 1;
      await keys.dropNames(isThere ? before : after, isThere ? after : undefined);
      return isThere;
    },

    /**
     * What asking for a token needs: the credential in force, null before the first.
     * @throws UnknownInstallationError
     */
    async credentialOf(
      _id: InstallationId,
    ): Promise<Pick<InstallationDocument, "sealedCredential" | "generation" | "state">> {
      const found = await installations.findOne({ _id });
      if (found === null) throw new UnknownInstallationError("there is no such installation");
      const { sealedCredential, generation, state } = found;
      return { sealedCredential, generation, state };
    },

    /** One page of the operators' list. */
    async list(query: ListQuery): Promise<InstallationPage> {
      return listInstallations({ installations, accounts, syncs }, query);
    },
  };
}
