// What an action is about, found by its id, and the line about it in the audit log.

import { type InstallationId, type SyncId, syncIdOf } from "@fleetkeeper/model";
import type { InstallationDocument, Store, SyncDocument } from "@fleetkeeper/store";
import { NotFoundError } from "./errors.ts";

/** Of one action. */
export type Subjects = ReturnType<typeof createSubjects>;

/** What is not there is a `NotFoundError`. */
export function createSubjects(store: Store, now: () => Date, audit: Pick<Store["audit"], "add">) {
  return { installationOf, syncOf, note };

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
