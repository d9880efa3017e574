// What an operator can do to an account: the same from the board and from the command line, each action in
// the audit log before it is done.

import type { QueueName, QueueSet } from "@fleetkeeper/jobs";
import { type InstallationId, type SyncId, syncIdOf } from "@fleetkeeper/model";
import { forgetAction, type InstallationDocument, type Store, type SyncDocument } from "@fleetkeeper/store";
import { NotFoundError, WrongInputError, WrongStateError } from "./errors.ts";
import { notingFailures } from "./noting-failures.ts";

/** Each is in the audit log before it is done. @throws NotFoundError and WrongStateError. */
export type OperatorActions = ReturnType<typeof createOperatorActions>;

/** `who`: the user's name, for the audit log. */
export function createOperatorActions(options: ActionOptions) {
  return notingFailures(options.store, options.now, (audit) => actionsOn(options, audit));
}

interface ActionOptions {
  store: Store;
  queues: Pick<QueueSet, "addPrewarms" | "addForget" | "retryFailed" | "retryFailedOf">;
  now: () => Date;
}

function actionsOn({ store, queues, now }: ActionOptions, audit: Pick<Store["audit"], "add">) {
  return {
    /**
     * Runs one sync, or all of an account, once and as soon as a worker is free; after the present run where
     * one is running.
     * @throws NotFoundError, WrongStateError
     */
    async syncNow(who: string, id: InstallationId, sync?: string): Promise<void> {
      const installation = await installationOf(id);
      if (installation.state === "paused")
        throw new WrongStateError("the account is paused; resume it first");
      if (installation.state === "pending")
        throw new WrongStateError("no credential of the account has proved itself yet");
      if (installation.state === "revoked")
        throw new WrongStateError(
          "Trackunit refuses the account's credential; refresh the token, or have the app installed again",
        );
      const syncs = sync === undefined ? await store.syncs.ofInstallation(id) : [await syncOf(id, sync)];
      await note(who, "sync now", id, sync);
      const started = await Promise.all(syncs.map(({ _id }) => store.syncs.runNow(_id, now())));
      if (!started.includes(true)) throw new WrongStateError("the sync is paused; resume it first");
    },

    /** Stops one sync, or the account with its token; a run in progress stops at its next page. */
    async pause(who: string, id: InstallationId, sync?: string): Promise<void> {
      await installationOf(id);
      const one = sync === undefined ? undefined : await syncOf(id, sync);
      await note(who, "pause", id, sync);
      await (one === undefined ? store.pause(id, now()) : store.syncs.pauseOne(one._id));
    },

    async resume(who: string, id: InstallationId, sync?: string): Promise<void> {
      const installation = await installationOf(id);
      const one = sync === undefined ? undefined : await syncOf(id, sync);
      if (one !== undefined && installation.state === "paused")
        throw new WrongStateError("the account is paused; resume it, not the sync");
      await note(who, "resume", id, sync);
      if (one === undefined) return store.resume(id, now());
      await store.syncs.resumeOne(one._id, now());
      // The account may have been paused since it was looked at.
      await store.align(id, now());
    },

    /**
     * Asks for a new access token whatever is there; that also finds out whether a refused credential works
     * again. New credentials that wait are tried at once.
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

    /**
     * Another name or note for an account, or none; what is absent stays. At most 200 and 2 000 characters.
     * @throws NotFoundError, WrongStateError where one is too long
     */
    async setNotes(
      who: string,
      id: InstallationId,
      notes: { name?: string | null; note?: string | null },
    ): Promise<void> {
      await installationOf(id);
      const kept = Object.fromEntries(
        Object.entries(notes).map(([field, text]) => [field, text?.trim() || null]),
      ) as typeof notes;
      for (const [field, max] of [
        ["name", 200],
        ["note", 2_000],
      ] as const)
        if ((kept[field]?.length ?? 0) > max)
          throw new WrongInputError(`a ${field} has at most ${max} characters`);
      if (/\p{Cc}/u.test(kept.name ?? "")) throw new WrongInputError("a name is one line of text");
      for (const [field, text] of Object.entries(kept))
        await note(who, text === null ? `remove ${field}` : `set ${field}`, id);
      await store.installations.setNotes(id, kept);
    },

    /** Starts the failed jobs about the account again. Returns how many there were. */
    async retryFailed(who: string, id: InstallationId): Promise<number> {
      await installationOf(id);
      await note(who, "retry failed jobs", id);
      return queues.retryFailedOf(id);
    },

    /** Starts all failed jobs of a queue again. Returns how many there were. */
    async retryQueue(who: string, queue: QueueName): Promise<number> {
      await audit.add({ at: now(), who, action: "retry failed jobs", queue });
      return queues.retryFailed(queue);
    },

    /** Another interval for one sync; null: its definition's. At least a minute. */
    async setInterval(
      who: string,
      id: InstallationId,
      sync: string,
      intervalMs: number | null,
    ): Promise<void> {
      if (intervalMs !== null && !(intervalMs >= 60_000))
        throw new WrongStateError("an interval is at least one minute");
      const { _id } = await syncOf(id, sync);
      await note(who, intervalMs === null ? "interval reset" : `interval ${intervalMs / 1_000} s`, id, sync);
      await store.syncs.setInterval(_id, intervalMs, now());
    },

    /**
     * Confirms that what the last passes of a sync missed is gone: the next pass that misses it too deletes
     * it.
     * @throws NotFoundError, WrongStateError when nothing is held back
     */
    async confirmDeletions(who: string, id: InstallationId, sync: string): Promise<void> {
      const { _id, heldBack } = await syncOf(id, sync);
      if (!heldBack) throw new WrongStateError("no deletion of this sync is held back");
      await note(who, `confirm ${heldBack.missing} deletions`, id, sync);
      if (!(await store.syncs.confirmMissing(_id, heldBack, now())))
        throw new WrongStateError("what is held back has changed; look at it again");
    },

    /** Deletes the credential and everything that was read for the account, for good. A worker does it. */
    async forget(who: string, id: InstallationId): Promise<void> {
      await installationOf(id);
      const { auditId } = await note(who, forgetAction, id);
      await queues.addForget(id, auditId);
    },
  };

  async function installationOf(id: InstallationId): Promise<InstallationDocument> {
    const found = await store.installations.find(id);
    if (found === null) throw new NotFoundError(`there is no installation ${id}`);
    return found;
  }

  async function syncOf(id: InstallationId, sync: string): Promise<SyncDocument> {
    const _id: SyncId = syncIdOf(id, sync);
    const found = await store.syncs.find(_id);
    if (found === null) throw new NotFoundError(`the account has no sync ${sync}`);
    return found;
  }

  async function note(
    who: string,
    action: string,
    installationId: InstallationId,
    sync?: string,
  ): Promise<{ auditId: string }> {
    return audit.add({
      at: now(),
      who,
      action,
      installationId,
      ...(sync === undefined ? {} : { sync }),
    });
  }
}
