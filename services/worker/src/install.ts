// Handler of queue `install`: stores the sealed credential, plans the account's syncs. The newest install wins.

import { installOf, type Payloads, unrecognisedOf } from "@fleetkeeper/jobs";
import type { Store } from "@fleetkeeper/store";

export interface InstallHandlerOptions {
  store: Store;
  scopes: string[];
  syncNames: readonly string[];
  now: () => Date;
}

/** Asking for the token and the first run of each sync follow from what is stored: both are due at once. */
export function createInstallHandler({ store, scopes, syncNames, now }: InstallHandlerOptions) {
  return async (task: { id: string; payload: Payloads["install"] }) => {
    const { payload } = task;
    if (payload.kind === "unrecognised") {
      await store.keepUnrecognised(task.id, unrecognisedOf(payload));
      return { outcome: "kept" };
    }
    const outcome = await store.installations.storeInstall(installOf(payload), scopes);
    if (outcome !== "superseded") {
      const paused = (await store.installations.find(payload.installationId))?.state === "paused";
      await store.syncs.plan(payload.installationId, syncNames, now(), paused);
      await store.syncs.wake(payload.installationId, ["credential", "backoff", "scope", "schedule"], now());
    }
    return { outcome };
  };
}
