// Access tokens: from this process's memory, from Redis, or from the token endpoint, which is asked once
// however many need the token.

import type { Credential, Generation, InstallationId } from "@fleetkeeper/model";
import { TokenError } from "./errors.ts";
import { isUsable, prewarmAtOf } from "./freshness.ts";
import { createObtainToken, isOf, type Wish } from "./obtain-token.ts";
import { createPacedRequests } from "./paced-requests.ts";
import type { GrantedToken } from "./read-grant.ts";
import type { CachedToken } from "./token-cache.ts";
import { createTokenMemory } from "./token-memory.ts";
import type { ObtainedToken, TokensOptions } from "./tokens-options.ts";

/** The tokens of one process. @throws TokenError from `get`. */
export type Tokens = ReturnType<typeof createTokens>;

/** Asks nothing before the first `get`. */
export function createTokens(options: TokensOptions) {
  const { cache, onLookup, now = () => new Date() } = options;
  const requests = createPacedRequests(options, now);
  const obtainOnce = createObtainToken(options, requests, now);
  const memory = createTokenMemory(options.memoryCapacity ?? 10_000);
  const inFlight = new Map<string, Promise<ObtainedToken>>();

  return {
    /**
     * A token that can be used now. `refused` is one that the API has just answered 401 to: another one is
     * given. `atLeast` is the install that the caller knows of: no token of an older one is given.
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
     * Makes sure that a token of this generation with more than its prewarm time left is in Redis. Asks for
     * one also when the installation is revoked: that is how a restored account is noticed.
     * @throws TokenError
     */
    async prewarm(installationId: InstallationId, atLeast: Generation): Promise<ObtainedToken> {
      const isGood = (token: CachedToken) =>
        isOf(token, atLeast) && now() < prewarmAtOf(token, installationId);
      return obtain({ installationId, isGood, atLeast, evenIfRevoked: true, evenIfHeld: false });
    },

    /**
     * The same for a caller that knows a token issued at `newerThan` that was refused, or is too near its end
     * for them. Not while the installation is revoked: a caller that waits for it is told so.
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

    /** An operator's "refresh": requests a new token even if there is a valid one. @throws TokenError */
    async refresh(installationId: InstallationId): Promise<ObtainedToken> {
      const askedAt = now();
      const isGood = (token: CachedToken) => token.issuedAt >= askedAt;
      return obtain({ installationId, isGood, evenIfRevoked: true, evenIfHeld: true });
    },

    /**
     * Asks for a token with a credential that is not in force: nothing of it is kept, and nothing is noted
     * with the installation.
     * @throws TokenError
     */
    async tryOut(credential: Credential): Promise<GrantedToken> {
      try {
        return await requests.ask(credential, "proof");
      } catch (error) {
        if (error instanceof TokenError) await requests.notePace(error);
        throw error;
      }
    },

    /** The credential that this token was granted for is in force now: anyone who needs one gets it. */
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
    const started = obtainOnce(wish).finally(() => {
      if (inFlight.get(flight) === started) inFlight.delete(flight);
    });
    inFlight.set(flight, started);
    const obtained = await started;
    memory.write(installationId, obtained.token);
    return obtained;
  }
}
