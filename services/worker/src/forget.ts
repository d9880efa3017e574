// Handler of queue `forget`: an account's credential, tokens, jobs and data go, if the audit log says that an
// operator asked for it.

import type { ForgetPayload, QueueSet } from "@fleetkeeper/jobs";
import { defineError, FleetkeeperError, type InstallationId } from "@fleetkeeper/model";
import { forgetAction, type Store } from "@fleetkeeper/store";

export interface ForgetHandlerOptions {
  store: Store;
  queues: Pick<QueueSet, "addForget" | "removeJobsOf">;
  /** The collections of all syncs' records. */
  resources: readonly string[];
  /** Deletes the installation's access tokens everywhere. */
  forgetTokens: (installationId: InstallationId) => Promise<void>;
}

/**
 * No slice, and no request for a token, that began before an account was forgotten is still under way after
 * this.
 */
const againAfterMs = 30 * 60_000;

/** The job is a mere trigger: whom, and as of when, is what the audit log says, which Redis does not hold. */
export function createForgetHandler({ store, queues, resources, forgetTokens }: ForgetHandlerOptions) {
  return async ({ payload }: { payload: ForgetPayload }) => {
    const { installationId, auditId, again } = payload;
    const askedAt = await askedAtOf(installationId, auditId);
    await forgetTokens(installationId);
    const result = await store.forget(installationId, askedAt, resources);
    await queues.removeJobsOf(installationId, askedAt);
    if (!again && result.outcome === "forgotten")
      await queues.addForget(installationId, auditId, { againAfterMs });
    return result;
  };

  async function askedAtOf(installationId: InstallationId, auditId: unknown): Promise<Date> {
    const entry = typeof auditId === "string" ? await store.audit.find(auditId) : null;
    if (entry === null || entry.action !== forgetAction || entry.installationId !== installationId)
      throw new ForgetNotAskedError();
    return entry.at;
  }
}

/** The job was not added by an operator, or MongoDB was restored from before the request. */
export class ForgetNotAskedError extends defineError(FleetkeeperError, "ERR_FORGET_NOT_ASKED", "never") {
  constructor() {
    super("no entry of the audit log says that this account is to be forgotten; request it again if it is");
  }
}
