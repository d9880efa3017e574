// Handler of queue `install`: stores the sealed credential and plans the account's syncs, or forgets the account. The newest wins.

import { installOf, type Payloads, type QueueSet, unrecognisedOf } from "@fleetkeeper/jobs";
import type { InstallationId } from "@fleetkeeper/model";
import { sealKeyIdOf } from "@fleetkeeper/sealing";
import type { Store } from "@fleetkeeper/store";

export interface InstallHandlerOptions {
  store: Store;
  queues: Pick<QueueSet, "addForget">;
  scopes: string[];
  syncNames: readonly string[];
  /** The collections of all syncs' records. */
  resources: readonly string[];
  /** Deletes the installation's access tokens everywhere. */
  forgetTokens: (installationId: InstallationId) => Promise<void>;
  now: () => Date;
}

/** No slice, and no request for a token, that began before an account was forgotten is still under way after this. */
const forgetAgainAfterMs = 30 * 60_000;

/** Asking for the token and the first run of each sync follow from what is stored: both are due at once. */
export function createInstallHandler(options: InstallHandlerOptions) {
  const { store, queues, scopes, syncNames, resources, forgetTokens, now } = options;

  return async (task: { id: string; payload: Payloads["install"] }) => {
    const { payload } = task;
    if (payload.kind === "unrecognised") {
      await store.keepUnrecognised(task.id, unrecognisedOf(payload));
      return { outcome: "kept" };
    }
    if (payload.kind === "forget") return forget(payload);
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

  async function forget({ installationId, askedAt, again }: Payloads["install"] & { kind: "forget" }) {
    await forgetTokens(installationId);
    const result = await store.forget(installationId, new Date(askedAt), resources);
    if (!again && result.outcome === "forgotten")
      await queues.addForget(installationId, new Date(askedAt), { againAfterMs: forgetAgainAfterMs });
    return result;
  }
}
