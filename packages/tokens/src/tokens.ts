// Access tokens: from this process's memory, from Redis, or from the token endpoint, which is asked once however many need the token.

import { setTimeout as sleep } from "node:timers/promises";
import type { Credential, Generation, InstallationId, InstallationState } from "@fleetkeeper/model";
import type { RedisClient } from "@fleetkeeper/redis";
import type { EndpointPace } from "./endpoint-pace.ts";
import {
  CredentialOutdatedError,
  InstallationPausedError,
  InstallationRevokedError,
  TokenBusyError,
  TokenEndpointPacedError,
  TokenEndpointUnavailableError,
  TokenError,
  TokenHeldError,
} from "./errors.ts";
import { isUsable, prewarmAtOf } from "./freshness.ts";
import type { GrantedToken } from "./read-grant.ts";
import { tryLock } from "./redis-lock.ts";
import type { CachedToken, TokenCache } from "./token-cache.ts";
import { requestToken, type TokenEndpoint } from "./token-endpoint.ts";
import { createTokenMemory } from "./token-memory.ts";

/** What asking for a token needs: the clear credential of the newest install. */
export interface LoadedCredential {
  credential: Credential;
  generation: Generation;
  state: InstallationState;
}

/** What the tokens of one process go by. Times in milliseconds. */
export interface TokensOptions {
  cache: TokenCache;
  redis: RedisClient;
  endpoint: TokenEndpoint;
  /** Of all requests to the endpoint, in every process. Absent: each goes at once. */
  pace?: EndpointPace;
  /** Rejects with CredentialPendingError while there is none. */
  loadCredential: (installationId: InstallationId) => Promise<LoadedCredential>;
  /** Notes a token, once per request to the endpoint and before it is handed out. Must not throw. */
  onGrant: (installationId: InstallationId, token: CachedToken, assumed: readonly string[]) => Promise<void>;
  /**
   * Notes a failed request, once. Must not throw.
   * @returns for how long nobody shall ask for this token again, in milliseconds.
   */
  onError: (installationId: InstallationId, generation: Generation, error: TokenError) => Promise<number>;
  /** Where a token was found that can be used now, each time `get` looks for one. */
  onLookup?: (found: "memory" | "redis" | "none") => void;
  /** Wraps each request to the endpoint, to time and trace it. */
  aroundRequest?: <T>(request: () => Promise<T>) => Promise<T>;
  now?: () => Date;
  /** Tokens kept in memory. Default 10 000. */
  memoryCapacity?: number;
}

/** A token, and whether this call brought it: then it has been noted. */
export interface ObtainedToken {
  token: CachedToken;
  isNew: boolean;
}

/** What somebody wants a token for. */
interface Wish {
  installationId: InstallationId;
  isGood: (token: CachedToken) => boolean;
  /** The least install that the token may come from; every one is good when absent. */
  atLeast?: Generation | undefined;
  evenIfRevoked: boolean;
  /** An operator's "refresh" asks although a failure's wait has not ended, or the account is paused. */
  evenIfHeld: boolean;
  onLookup?: TokensOptions["onLookup"] | undefined;
}

/** The tokens of one process. @throws TokenError from `get`. */
export type Tokens = ReturnType<typeof createTokens>;

/** Asks nothing before the first `get`. */
export function createTokens(options: TokensOptions) {
  const { cache, redis, endpoint, pace, loadCredential, onGrant, onError, now = () => new Date() } = options;
  const { onLookup, aroundRequest = (request) => request() } = options;
  const memory = createTokenMemory(options.memoryCapacity ?? 10_000);
  const inFlight = new Map<string, Promise<ObtainedToken>>();

  return {
    /**
     * A token that can be used now. `refused` is one that the API has just answered 401 to: another one is given. `atLeast`
     * is the install that the caller knows of: no token of an older one is given.
     * @throws TokenError
     */
    async get(
      installationId: InstallationId,
      { refused, atLeast }: { refused?: string | undefined; atLeast?: Generation | undefined } = {},
    ): Promise<CachedToken> {
      const isGood = (token: CachedToken) =>
        isUsable(token, now()) && token.accessToken !== refused && isOf(token, atLeast);
      const known = memory.read(installationId);
      if (known !== undefined && isGood(known)) {
        onLookup?.("memory");
        return known;
      }
      const wish = { installationId, isGood, atLeast, evenIfRevoked: false, evenIfHeld: false, onLookup };
      return (await obtain(wish)).token;
    },

    /**
     * Makes sure that a token of this generation with more than its prewarm time left is in Redis. Asks for one also
     * when the installation is revoked: that is how a restored account is noticed.
     * @throws TokenError
     */
    async prewarm(installationId: InstallationId, atLeast: Generation): Promise<ObtainedToken> {
      const isGood = (token: CachedToken) =>
        isOf(token, atLeast) && now() < prewarmAtOf(token, installationId);
      return obtain({ installationId, isGood, atLeast, evenIfRevoked: true, evenIfHeld: false });
    },

    /**
     * The same for who knows a token issued at `newerThan` that was refused, or is too near its end for them. Not while the
     * installation is revoked: who waits for it is told so.
     * @throws TokenError
     */
    async replace(
      installationId: InstallationId,
      atLeast: Generation,
      newerThan: Date,
    ): Promise<ObtainedToken> {
      const isGood = (token: CachedToken) =>
        isOf(token, atLeast) && token.issuedAt > newerThan && isUsable(token, now());
      return obtain({ installationId, isGood, atLeast, evenIfRevoked: false, evenIfHeld: false });
    },

    /** An operator's "refresh": asks for a new token whatever is there. @throws TokenError */
    async refresh(installationId: InstallationId): Promise<ObtainedToken> {
      const askedAt = now();
      const isGood = (token: CachedToken) => token.issuedAt >= askedAt;
      return obtain({ installationId, isGood, evenIfRevoked: true, evenIfHeld: true });
    },

    /**
     * Asks for a token with a credential that is not in force: nothing of it is kept, and nothing is noted with the
     * installation.
     * @throws TokenError
     */
    async tryOut(credential: Credential): Promise<GrantedToken> {
      try {
        return await ask(credential, "proof");
      } catch (error) {
        if (error instanceof TokenError) await notePace(error);
        throw error;
      }
    },

    /** The credential that this token was granted for is in force now: whoever needs one gets it. */
    async adopt(installationId: InstallationId, token: CachedToken): Promise<void> {
      await cache.write(installationId, token, now());
      memory.write(installationId, token);
    },

    /** Deletes what is known of an installation's tokens from Redis and from this process's memory. */
    async forget(installationId: InstallationId): Promise<void> {
      memory.forget(installationId);
      await cache.forget(installationId);
    },
  };

  /** One call in this process per installation and purpose; the others get its result. */
  async function obtain(wish: Wish): Promise<ObtainedToken> {
    const { installationId, isGood, evenIfRevoked, evenIfHeld } = wish;
    const flight = `${installationId} ${evenIfRevoked} ${evenIfHeld} ${wish.atLeast ?? ""}`;
    const running = inFlight.get(flight);
    if (running !== undefined) {
      const { token } = await running;
      if (isGood(token)) return { token, isNew: false };
    }
    const started = acrossProcesses(wish).finally(() => {
      if (inFlight.get(flight) === started) inFlight.delete(flight);
    });
    inFlight.set(flight, started);
    const obtained = await started;
    memory.write(installationId, obtained.token);
    return obtained;
  }

  /** One request at a time of all processes: the others wait for the token, or for the failure, to appear in Redis. */
  async function acrossProcesses(wish: Wish): Promise<ObtainedToken> {
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
    throw new TokenBusyError("another process has not finished asking for this token");
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
      throw new CredentialOutdatedError("the stored credential is older than the install that is known of");
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

  /** One request to the endpoint, in its turn. @throws TokenError */
  async function ask(credential: Credential, what: "token" | "proof" = "token"): Promise<GrantedToken> {
    const waitMs = await pace?.admit(what);
    if (waitMs !== undefined && waitMs > 0) await sleep(waitMs);
    const granted = await aroundRequest(() => requestToken(endpoint, credential, now()));
    await pace?.note("answer");
    return granted;
  }

  async function notePace(error: TokenError): Promise<void> {
    if (error instanceof TokenEndpointPacedError) return;
    await pace?.note(error instanceof TokenEndpointUnavailableError ? "outage" : "answer");
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
    throw new InstallationPausedError("the account is paused: no token is asked for");
  if (state === "revoked" && !evenIfRevoked)
    throw new InstallationRevokedError(
      "Trackunit refuses this account's credential; a new install ends that",
    );
}

/** Generations compare as texts. */
function isOf({ generation }: { generation: Generation }, atLeast: Generation | undefined): boolean {
  return atLeast === undefined || generation >= atLeast;
}
