// Access tokens in Redis, sealed, so that every worker shares them.

import { createHash } from "node:crypto";
import type { AccessToken, Generation, InstallationId, SealedText } from "@fleetkeeper/model";
import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import { z } from "zod";

/** A token and the install whose credential it was granted for. */
export interface CachedToken extends AccessToken {
  generation: Generation;
}

const stored = z.object({
  accessToken: z.string(),
  scopes: z.array(z.string()),
  issuedAt: z.coerce.date(),
  expiresAt: z.coerce.date(),
  generation: z.string().transform((text) => text as Generation),
});

/** How the last request for a token failed, told to all who ask until `until`. */
export interface SharedFailure {
  code: string;
  message: string;
  /** The install whose credential was tried: a newer one is not held back. */
  generation: Generation;
  until: Date;
}

const storedFailure = z.object({
  code: z.string(),
  message: z.string(),
  generation: z.string().transform((text) => text as Generation),
  until: z.coerce.date(),
});

export type TokenCache = ReturnType<typeof createTokenCache>;

/**
 * The key holds every input of a token: the installation (app and account), the scopes and the endpoint.
 * A text that does not open any more (its key was retired) counts as absent.
 */
export function createTokenCache(options: {
  redis: RedisClient;
  namespace: string;
  tokenUrl: string;
  scopes: readonly string[];
  seal: (text: string, installationId: InstallationId) => Promise<SealedText>;
  open: (sealed: SealedText, installationId: InstallationId) => Promise<string>;
}) {
  const { redis, namespace, seal, open } = options;
  const inputs = createHash("sha256")
    .update(JSON.stringify([options.tokenUrl, [...options.scopes].sort()]))
    .digest("base64url")
    .slice(0, 12);
  const keys = redisKeys(namespace);
  const keyOf = (installationId: InstallationId) => keys.accessToken(installationId, inputs);

  const failureKeyOf = (installationId: InstallationId) => keys.accessTokenFailure(installationId, inputs);

  return {
    async read(installationId: InstallationId): Promise<CachedToken | undefined> {
      const sealed = (await redis.get(keyOf(installationId))) as SealedText | null;
      if (sealed === null) return undefined;
      try {
        return stored.parse(JSON.parse(await open(sealed, installationId)));
      } catch {
        return undefined;
      }
    },

    async write(installationId: InstallationId, token: CachedToken, now: Date): Promise<void> {
      const lifeMs = token.expiresAt.getTime() - now.getTime();
      if (lifeMs <= 0) return;
      await redis.set(keyOf(installationId), await seal(JSON.stringify(token), installationId), "PX", lifeMs);
    },

    async forget(installationId: InstallationId): Promise<void> {
      await redis.del(keyOf(installationId), failureKeyOf(installationId));
    },

    async readFailure(installationId: InstallationId): Promise<SharedFailure | undefined> {
      const text = await redis.get(failureKeyOf(installationId));
      return text === null ? undefined : storedFailure.parse(JSON.parse(text));
    },

    async writeFailure(installationId: InstallationId, failure: SharedFailure, now: Date): Promise<void> {
      const waitMs = failure.until.getTime() - now.getTime();
      if (waitMs > 0)
        await redis.set(failureKeyOf(installationId), JSON.stringify(failure), "PX", Math.ceil(waitMs));
    },

    lockKeyOf: (installationId: InstallationId) => keys.accessTokenLock(installationId, inputs),
  };
}
