// Access tokens: from this process's memory, from Redis, or from the token endpoint, which is asked once however many need the token.

import { setTimeout as sleep } from "node:timers/promises";
import type { Credential, Generation, InstallationId } from "@fleetkeeper/model";
import type { RedisClient } from "@fleetkeeper/redis";
import {
  type CredentialRefusedError,
  InstallationRevokedError,
  TokenBusyError,
  TokenError,
} from "./errors.ts";
import { isUsable, prewarmAtOf } from "./freshness.ts";
import { tryLock } from "./redis-lock.ts";
import type { CachedToken, TokenCache } from "./token-cache.ts";
import { requestToken, type TokenEndpoint } from "./token-endpoint.ts";
import { createTokenMemory } from "./token-memory.ts";

/** What asking for a token needs: the clear credential of the newest install. */
export interface LoadedCredential {
  credential: Credential;
  generation: Generation;
  revoked: boolean;
}

export interface TokensOptions {
  cache: TokenCache;
  redis: RedisClient;
  endpoint: TokenEndpoint;
  loadCredential: (installationId: InstallationId) => Promise<LoadedCredential>;
  /** Called after each request to the endpoint, before the token is handed out. Must not throw. */
  onGrant: (installationId: InstallationId, token: CachedToken) => Promise<void>;
  onError: (
    installationId: InstallationId,
    generation: Generation,
    error: TokenError | CredentialRefusedError,
  ) => Promise<void>;
  /** Where a token was found that can be used now, each time `get` looks for one. */
  onLookup?: (found: "memory" | "redis" | "none") => void;
  /** Wraps each request to the endpoint, to time and trace it. */
  aroundRequest?: <T>(request: () => Promise<T>) => Promise<T>;
  now?: () => Date;
  /** Tokens kept in memory. Default 10 000. */
  memoryCapacity?: number;
}

interface How {
  evenIfRevoked: boolean;
  onLookup?: TokensOptions["onLookup"] | undefined;
}

export type Tokens = ReturnType<typeof createTokens>;

export function createTokens(options: TokensOptions) {
  const { cache, redis, endpoint, loadCredential, onGrant, onError, now = () => new Date() } = options;
  const { onLookup, aroundRequest = (request) => request() } = options;
  const memory = createTokenMemory(options.memoryCapacity ?? 10_000);
  const inFlight = new Map<string, Promise<CachedToken>>();

  return {
    /**
     * A token that can be used now. `refused` is one that the API has just answered 401 to: another one is given.
     * @throws TokenError
     */
    async get(installationId: InstallationId, refused?: string): Promise<CachedToken> {
      const good = (token: CachedToken) => isUsable(token, now()) && token.accessToken !== refused;
      const known = memory.read(installationId);
      if (known !== undefined && good(known)) {
        onLookup?.("memory");
        return known;
      }
      return obtain(installationId, good, { evenIfRevoked: false, onLookup });
    },

    /**
     * Makes sure that a token of this generation with more than its prewarm time left is in Redis. Asks for one also
     * when the installation is revoked: that is how a restored account is noticed.
     * @throws TokenError
     */
    async prewarm(installationId: InstallationId, generation: Generation): Promise<CachedToken> {
      const good = (token: CachedToken) =>
        token.generation >= generation && now() < prewarmAtOf(token, installationId);
      return obtain(installationId, good, { evenIfRevoked: true });
    },

    /** An operator's "refresh": asks for a new token whatever is there. */
    async refresh(installationId: InstallationId): Promise<CachedToken> {
      const askedAt = now();
      return obtain(installationId, (token) => token.issuedAt >= askedAt, { evenIfRevoked: true });
    },

    /** Deletes the tokens of an installation from Redis and from this process's memory. */
    async forget(installationId: InstallationId): Promise<void> {
      memory.forget(installationId);
      await cache.forget(installationId);
    },
  };

  /** One call in this process per installation and purpose; the others get its result. */
  async function obtain(
    installationId: InstallationId,
    good: (token: CachedToken) => boolean,
    how: How,
  ): Promise<CachedToken> {
    const flight = `${installationId} ${how.evenIfRevoked}`;
    const running = inFlight.get(flight);
    if (running !== undefined) {
      const token = await running;
      if (good(token)) return token;
    }
    const started = acrossProcesses(installationId, good, how).finally(() => {
      if (inFlight.get(flight) === started) inFlight.delete(flight);
    });
    inFlight.set(flight, started);
    const token = await started;
    memory.write(installationId, token);
    return token;
  }

  /** One request at a time of all processes: the others wait for the token to appear in Redis. */
  async function acrossProcesses(
    installationId: InstallationId,
    good: (token: CachedToken) => boolean,
    how: How,
  ): Promise<CachedToken> {
    const lockLifeMs = endpoint.timeoutMs + 10_000;
    const giveUpAtMs = performance.now() + lockLifeMs + 5_000;
    for (let waitMs = 25; performance.now() < giveUpAtMs; waitMs = Math.min(waitMs * 2, 500)) {
      const cached = await cache.read(installationId);
      if (waitMs === 25) how.onLookup?.(cached !== undefined && good(cached) ? "redis" : "none");
      if (cached !== undefined && good(cached)) return cached;
      const release = await tryLock(redis, cache.lockKeyOf(installationId), lockLifeMs);
      if (release !== undefined) {
        try {
          return await underLock(installationId, good, how);
        } finally {
          await release().catch(() => undefined);
        }
      }
      await sleep(waitMs);
    }
    throw new TokenBusyError("another process has not finished asking for this token");
  }

  async function underLock(
    installationId: InstallationId,
    good: (token: CachedToken) => boolean,
    how: How,
  ): Promise<CachedToken> {
    const cached = await cache.read(installationId);
    if (cached !== undefined && good(cached)) return cached;
    const { credential, generation, revoked } = await loadCredential(installationId);
    if (revoked && !how.evenIfRevoked)
      throw new InstallationRevokedError(
        "Trackunit refuses this account's credential; a new install ends that",
      );
    try {
      const granted = await aroundRequest(() => requestToken(endpoint, credential, now()));
      const token = { ...granted, generation };
      await cache.write(installationId, token, now());
      await onGrant(installationId, token);
      return token;
    } catch (error) {
      if (error instanceof TokenError) await onError(installationId, generation, error);
      throw error;
    }
  }
}
