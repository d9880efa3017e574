// What an operator can do to an account: the same from the board and from the command line, each action in
// the audit log before it is done.

import type { QueueName, QueueSet } from "@fleetkeeper/jobs";
import type { InstallationId } from "@fleetkeeper/model";
import { forgetAction, type Store } from "@fleetkeeper/store";
import { createCredentialActions } from "./credential-actions.ts";
import { WrongInputError, WrongStateError } from "./errors.ts";
import { notingFailures } from "./noting-failures.ts";
import { createSubjects } from "./subjects.ts";
import { createSyncSettings } from "./sync-settings.ts";

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

interface Notes {
  name?: string | null;
  note?: string | null;
}

function actionsOn({ store, queues, now }: ActionOptions, audit: Pick<Store["audit"], "add">) {
  const subjects = createSubjects(store, now, audit);
  const { installationOf, syncOf, note } = subjects;
  const { refreshToken, rollback, acceptClient } = createCredentialActions(store, queues, now, subjects);
  const { setInterval, confirmDeletions } = createSyncSettings(store, now, subjects);

  return {
    refreshToken,
    rollback,
    acceptClient,
    setInterval,
    confirmDeletions,

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
     * Another name or note for an account, or none; what is absent stays. At most 200 and 2 000 characters.
     * @throws NotFoundError, WrongStateError where one is too long
     */
    async setNotes(who: string, id: InstallationId, notes: Notes): Promise<void> {
      await installationOf(id);
      const kept = checkedNotes(notes);
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

    /** Deletes the credential and everything that was read for the account, permanently. A worker does it. */
    async forget(who: string, id: InstallationId): Promise<void> {
      await installationOf(id);
      const { auditId } = await note(who, forgetAction, id);
      await queues.addForget(id, auditId);
    },
  };
}

/** Without white space around them; null where nothing is left. */
function checkedNotes(notes: Notes): Notes {
  const kept: Notes = Object.fromEntries(
    Object.entries(notes).map(([field, text]) => [field, text?.trim() || null]),
  );
  for (const [field, max] of [
    ["name", 200],
    ["note", 2_000],
  ] as const)
    if ((kept[field]?.length ?? 0) > max)
      throw new WrongInputError(`a ${field} has at most ${max} characters`);
  if (/\p{Cc}/u.test(kept.name ?? "")) throw new WrongInputError("a name is one line of text");
  return kept;
}
