// One request for a token at a time, of all processes: under a lock in Redis, whose other takers wait for the
// token or the failure.

import { setTimeout as sleep } from "node:timers/promises";
import type { Generation, InstallationId } from "@fleetkeeper/model";
import {
  CredentialOutdatedError,
  InstallationPausedError,
  InstallationRevokedError,
  TokenBusyError,
  TokenEndpointPacedError,
  TokenError,
  TokenHeldError,
} from "./errors.ts";
import type { createPacedRequests } from "./paced-requests.ts";
import { tryLock } from "./redis-lock.ts";
import type { CachedToken } from "./token-cache.ts";
import type { LoadedCredential, ObtainedToken, TokensOptions } from "./tokens-options.ts";

/** What a caller wants a token for. */
export interface Wish {
  installationId: InstallationId;
  isGood: (token: CachedToken) => boolean;
  /** The least install that the token may come from; every one is good when absent. */
  atLeast?: Generation | undefined;
  evenIfRevoked: boolean;
  /** An operator's "refresh" asks although a failure's wait has not ended, or the account is paused. */
  evenIfHeld: boolean;
  onLookup?: TokensOptions["onLookup"] | undefined;
}

/** What is obtained is in Redis and noted; the process's own memory is its caller's. @throws TokenError */
export function createObtainToken(
  { cache, redis, endpoint, loadCredential, onGrant, onError }: TokensOptions,
  { ask, notePace }: ReturnType<typeof createPacedRequests>,
  now: () => Date,
) {
  return obtain;

  /**
   * One request at a time of all processes: the others wait for the token, or for the failure, to appear in
   * Redis.
   */
  async function obtain(wish: Wish): Promise<ObtainedToken> {
    const { installationId, isGood } = wish;
    const lockLifeMs = endpoint.timeoutMs + 10_000;
    const giveUpAtMs = performance.now() + lockLifeMs + 5_000;
    let isFirstLook = true;
    for (let waitMs = 25; performance.now() < giveUpAtMs; waitMs = Math.min(waitMs * 2, 500)) {
      const cached = await cache.read(installationId);
      const found = cached !== undefined && isGood(cached);
      if (isFirstLook) wish.onLookup?.(found ? "redis" : "none");
      isFirstLook = false;
      if (found) return { token: cached, isNew: false };
      await refuseWhileHeld(wish);
      const release = await tryLock(redis, cache.lockKeyOf(installationId), lockLifeMs);
      if (release !== undefined) {
        try {
          return await underLock(wish);
        } finally {
          await release().catch(() => undefined);
        }
      }
      await sleep(waitMs);
    }
    throw new TokenBusyError("another process is still requesting this token");
  }

  /** One failure is one for all who ask, until its wait ends or a newer install is there. */
  async function refuseWhileHeld({ installationId, atLeast, evenIfHeld }: Wish): Promise<void> {
    if (evenIfHeld) return;
    const failure = await cache.readFailure(installationId);
    if (failure === undefined || !isOf(failure, atLeast)) return;
    const retryAfterMs = failure.until.getTime() - now().getTime();
    if (retryAfterMs > 0) throw new TokenHeldError({ ...failure, retryAfterMs });
  }

  async function underLock(wish: Wish): Promise<ObtainedToken> {
    const { installationId, isGood, atLeast } = wish;
    const cached = await cache.read(installationId);
    if (cached !== undefined && isGood(cached)) return { token: cached, isNew: false };
    await refuseWhileHeld(wish);
    const loaded = await loadCredential(installationId);
    refuseUnlessAskable(loaded, wish);
    if (!isOf(loaded, atLeast))
      throw new CredentialOutdatedError("the stored credential is older than the newest known install");
    const { credential, generation } = loaded;
    try {
      const { assumed, ...granted } = await ask(credential);
      const token = { ...granted, generation };
      await cache.write(installationId, token, now());
      await onGrant(installationId, token, assumed);
      return { token, isNew: true };
    } catch (error) {
      if (error instanceof TokenEndpointPacedError) throw error;
      if (error instanceof TokenError) await share(installationId, generation, error);
      throw error;
    }
  }

  async function share(
    installationId: InstallationId,
    generation: Generation,
    error: TokenError,
  ): Promise<void> {
    await notePace(error);
    const waitMs = await onError(installationId, generation, error);
    // A refused credential is remembered by the installation's state.
    if (error.remedy === "never") return;
    const until = new Date(now().getTime() + waitMs);
    const { code, message } = error;
    await cache.writeFailure(installationId, { code, message, generation, until }, now());
  }
}

function refuseUnlessAskable({ state }: LoadedCredential, { evenIfRevoked, evenIfHeld }: Wish): void {
  if (state === "paused" && !evenIfHeld)
    throw new InstallationPausedError("the account is paused: no token is requested");
  if (state === "revoked" && !evenIfRevoked)
    throw new InstallationRevokedError(
      "Trackunit refuses this account's credential; a new install ends that",
    );
}

/** Generations compare as texts. */
export function isOf({ generation }: { generation: Generation }, atLeast: Generation | undefined): boolean {
  return atLeast === undefined || generation >= atLeast;
}
