// Handler of queue `install`: stores the sealed credential and plans the account's syncs. The newest wins.

import { installOf, type Payloads, unrecognisedOf } from "@fleetkeeper/jobs";
import { sealKeyIdOf, type Verify } from "@fleetkeeper/sealing";
import type { Store } from "@fleetkeeper/store";

export interface InstallHandlerOptions {
  store: Store;
  /** Whoever else can write to Redis installs nothing. */
  verify: Verify;
  scopes: string[];
  syncNames: readonly string[];
  /** The collections of all syncs' records. */
  resources: readonly string[];
  now: () => Date;
}

/** Asking for the token and the first run of each sync follow from what is stored: both are due at once. */
export function createInstallHandler(options: InstallHandlerOptions) {
  const { store, verify, scopes, syncNames, resources, now } = options;

  return async (task: { id: string; payload: Payloads["install"] }) => {
    const { signature, ...payload } = task.payload;
    await verify(payload, signature);
    if (payload.kind === "unrecognised") {
      await store.keepUnrecognised(task.id, unrecognisedOf(payload));
      return { outcome: "kept" };
    }
    const install = installOf(payload);
    const how = { requestedScopes: scopes, sealKeyId: sealKeyIdOf(install.sealedCredential) };
    const outcome = await store.install(install, how, resources);
    if (outcome !== "superseded") {
      await store.plan(payload.installationId, syncNames, now());
      await store.syncs.wake(payload.installationId, ["backoff", "scope", "schedule"], now());
      await store.align(payload.installationId, now());
    }
    return { outcome };
  };
}
