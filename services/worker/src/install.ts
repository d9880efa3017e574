// Handler of queue `install`: stores the sealed credential and plans the account's syncs, or forgets the account. The newest wins.

import { installOf, type Payloads, unrecognisedOf } from "@fleetkeeper/jobs";
import type { InstallationId } from "@fleetkeeper/model";
import { sealKeyIdOf } from "@fleetkeeper/sealing";
import type { Store } from "@fleetkeeper/store";

export interface InstallHandlerOptions {
  store: Store;
  scopes: string[];
  syncNames: readonly string[];
  /** Deletes the installation's access tokens everywhere. */
  forgetTokens: (installationId: InstallationId) => Promise<void>;
  now: () => Date;
}

/** Asking for the token and the first run of each sync follow from what is stored: both are due at once. */
export function createInstallHandler({ store, scopes, syncNames, forgetTokens, now }: InstallHandlerOptions) {
  return async (task: { id: string; payload: Payloads["install"] }) => {
    const { payload } = task;
    if (payload.kind === "unrecognised") {
      await store.keepUnrecognised(task.id, unrecognisedOf(payload));
      return { outcome: "kept" };
    }
    if (payload.kind === "forget") {
      await forgetTokens(payload.installationId);
      return store.forget(payload.installationId, new Date(payload.askedAt));
    }
    const install = installOf(payload);
    if (await store.isForgotten(install)) return { outcome: "superseded" };
    const how = { requestedScopes: scopes, sealKeyId: sealKeyIdOf(install.sealedCredential) };
    const outcome = await store.installations.storeInstall(install, how);
    if (outcome !== "superseded") {
      await store.plan(payload.installationId, syncNames, now());
      await store.syncs.wake(payload.installationId, ["credential", "backoff", "scope", "schedule"], now());
    }
    return { outcome };
  };
}
