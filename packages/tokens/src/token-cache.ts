// Access tokens and failures in Redis, sealed, so that every worker shares them and none believes what
// somebody else wrote.

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

type Purpose = "access-token" | "token-failure";

/** Shared by all processes. */
export type TokenCache = ReturnType<typeof createTokenCache>;

/**
 * The key holds every input of a token: the installation (app and account), the scopes and the endpoint.
 * A text that does not open (its key was retired, somebody else wrote it) counts as absent.
 */
export function createTokenCache(options: {
  redis: RedisClient;
  namespace: string;
  tokenUrl: string;
  scopes: readonly string[];
  /** By a key that only those have who may write here: what opens came from one of them. */
  seal: (text: string, installationId: InstallationId, purpose: Purpose) => Promise<SealedText>;
  open: (sealed: SealedText, installationId: InstallationId, purpose: Purpose) => Promise<string>;
}) {
  const { redis, namespace, seal } = options;
  const inputs = createHash("sha256")
    .update(JSON.stringify([options.tokenUrl, [...options.scopes].sort()]))
    .digest("base64url")
    .slice(0, 12);
  const keys = redisKeys(namespace);
  const keyOf = (installationId: InstallationId) => keys.accessToken(installationId, inputs);

  const failureKeyOf = (installationId: InstallationId) => keys.accessTokenFailure(installationId, inputs);

  return {
    async read(installationId: InstallationId): Promise<CachedToken | undefined> {
      return opened(keyOf(installationId), installationId, "access-token", stored);
    },

    async write(installationId: InstallationId, token: CachedToken, now: Date): Promise<void> {
      const lifeMs = token.expiresAt.getTime() - now.getTime();
      if (lifeMs <= 0) return;
      await redis.set(
        keyOf(installationId),
        await seal(JSON.stringify(token), installationId, "access-token"),
        "PX",
        lifeMs,
      );
    },

    async forget(installationId: InstallationId): Promise<void> {
      await redis.del(keyOf(installationId), failureKeyOf(installationId));
    },

    async readFailure(installationId: InstallationId): Promise<SharedFailure | undefined> {
      return opened(failureKeyOf(installationId), installationId, "token-failure", storedFailure);
    },

    async writeFailure(installationId: InstallationId, failure: SharedFailure, now: Date): Promise<void> {
      const waitMs = failure.until.getTime() - now.getTime();
      if (waitMs <= 0) return;
      const sealed = await seal(JSON.stringify(failure), installationId, "token-failure");
      await redis.set(failureKeyOf(installationId), sealed, "PX", Math.ceil(waitMs));
    },

    lockKeyOf: (installationId: InstallationId) => keys.accessTokenLock(installationId, inputs),
  };

  async function opened<Kept extends z.ZodType>(
    key: string,
    installationId: InstallationId,
    purpose: Purpose,
    schema: Kept,
  ): Promise<z.output<Kept> | undefined> {
    const sealed = (await redis.get(key)) as SealedText | null;
    if (sealed === null) return undefined;
    try {
      return schema.parse(JSON.parse(await options.open(sealed, installationId, purpose)));
    } catch {
      return undefined;
    }
  }
}
