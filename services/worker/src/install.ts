// Handler of queue `install`: makes the sealed credential a candidate. `prove.ts` does the rest. The newest wins.

import { installOf, type Payloads, unrecognisedOf } from "@fleetkeeper/jobs";
import { sealKeyIdOf, type Verify } from "@fleetkeeper/sealing";
import type { Store } from "@fleetkeeper/store";

export interface InstallHandlerOptions {
  store: Store;
  /** Whoever else can write to Redis installs nothing. */
  verify: Verify;
  scopes: string[];
  /** The collections of all syncs' records. */
  resources: readonly string[];
}

/** That the candidate is tried follows from what is stored: it is due at once. */
export function createInstallHandler(options: InstallHandlerOptions) {
  const { store, verify, scopes, resources } = options;

  return async (task: { id: string; payload: Payloads["install"] }) => {
    const { signature, ...payload } = task.payload;
    await verify(payload, signature);
    if (payload.kind === "unrecognised") {
      await store.keepUnrecognised(task.id, unrecognisedOf(payload));
      return { outcome: "kept" };
    }
    const install = installOf(payload);
    const how = { requestedScopes: scopes, sealKeyId: sealKeyIdOf(install.sealedCredential) };
    return { outcome: await store.install(install, how, resources) };
  };
}
