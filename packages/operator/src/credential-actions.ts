// What an operator can do about an account's credential and token.

import type { QueueSet } from "@fleetkeeper/jobs";
import type { InstallationId } from "@fleetkeeper/model";
import type { Store } from "@fleetkeeper/store";
import { WrongStateError } from "./errors.ts";
import type { Subjects } from "./subjects.ts";

/** A part of the operator's actions. */
export function createCredentialActions(
  store: Store,
  queues: Pick<QueueSet, "addPrewarms">,
  now: () => Date,
  { installationOf, note }: Subjects,
) {
  return {
    /**
     * Requests a new access token even if one is there; that also finds out whether a refused credential
     * works again. New credentials that wait are tried at once.
     * @throws NotFoundError, WrongStateError
     */
    async refreshToken(who: string, id: InstallationId): Promise<void> {
      const { generation, sealedCredential, candidates } = await installationOf(id);
      if (sealedCredential === null && candidates.length === 0)
        throw new WrongStateError("the account has no credential; the customer installs the app again");
      await note(who, "refresh token", id);
      if (candidates.length > 0) await store.credentials.tryNow(id, now());
      if (sealedCredential !== null)
        await queues.addPrewarms([{ installationId: id, generation, renew: true }]);
    },

    /**
     * Brings back the credential that was in force before, or the one whose client id has this fingerprint:
     * it takes over when Trackunit has granted a token for it.
     * @throws NotFoundError, WrongStateError where none is kept
     */
    async rollback(who: string, id: InstallationId, fingerprint?: string): Promise<void> {
      const { former } = await installationOf(id);
      const kept = former.filter(({ keptUntil }) => keptUntil > now());
      const wanted = kept.findLast(
        ({ clientIdFingerprint }) => fingerprint === undefined || clientIdFingerprint === fingerprint,
      );
      if (wanted === undefined)
        throw new WrongStateError(
          fingerprint === undefined
            ? "no former credential of the account is kept"
            : `no former credential with the fingerprint ${fingerprint} is kept`,
        );
      const { generation, clientIdFingerprint } = wanted;
      await note(who, `roll back to client ${clientIdFingerprint}`, id);
      const broughtBack = await store.credentials.bringBack(id, { generation, now: now() });
      if (broughtBack === undefined) throw new WrongStateError("the credential is no longer kept");
    },

    /**
     * Says that the changed client id is the customer's: deletions are held back as for any account again.
     * @throws NotFoundError, WrongStateError where it did not change
     */
    async acceptClient(who: string, id: InstallationId): Promise<void> {
      const { clientChange } = await installationOf(id);
      if (clientChange === null) throw new WrongStateError("the account's client id did not change");
      await note(who, `accept client ${clientChange.to}`, id);
      await store.credentials.acceptClient(id);
    },
  };
}
