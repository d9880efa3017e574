// Access tokens and failures in Redis, sealed, so that every worker shares them and none accepts
// a forged one.

import { createHash } from "node:crypto";
import type { AccessToken, Generation, InstallationId } from "@fleetkeeper/model";
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

/** By a key that only those have who may write here: what opens came from one of them. */
export interface CacheSealing {
  seal(text: string, binding: CacheBinding): Buffer;
  /** @throws for what was sealed for something else, or by others */
  open(sealed: Buffer, binding: CacheBinding): Promise<string>;
}

interface CacheBinding {
  installationId: InstallationId;
  purpose: "access-token" | "token-failure";
}

/** Shared by all processes. */
export type TokenCache = ReturnType<typeof createTokenCache>;

/**
 * The key holds every input of a token: the installation (app and account), the scopes and the endpoint.
 * A text that cannot be opened (its key was retired, or it is forged) counts as absent.
 */
export function createTokenCache(options: {
  redis: RedisClient;
  namespace: string;
  tokenUrl: string;
  scopes: readonly string[];
  sealing: CacheSealing;
}) {
  const { redis, namespace, sealing } = options;
  const inputs = createHash("sha256")
    .update(JSON.stringify([options.tokenUrl, [...options.scopes].sort()]))
    .digest("base64url")
    .slice(0, 12);
  const keys = redisKeys(namespace);
  const keyOf = (installationId: InstallationId) => keys.accessToken(installationId, inputs);

  const failureKeyOf = (installationId: InstallationId) => keys.accessTokenFailure(installationId, inputs);

  return {
    async read(installationId: InstallationId): Promise<CachedToken | undefined> {
      return opened(keyOf(installationId), { installationId, purpose: "access-token" }, stored);
    },

    async write(installationId: InstallationId, token: CachedToken, now: Date): Promise<void> {
      const lifeMs = token.expiresAt.getTime() - now.getTime();
      if (lifeMs <= 0) return;
      const sealed = sealing.seal(JSON.stringify(token), { installationId, purpose: "access-token" });
      await redis.set(keyOf(installationId), sealed, "PX", lifeMs);
    },

    async forget(installationId: InstallationId): Promise<void> {
      const readKey = keys.accessTokenRead(installationId);
      await redis.del(keyOf(installationId), failureKeyOf(installationId), readKey);
    },

    async readFailure(installationId: InstallationId): Promise<SharedFailure | undefined> {
      const binding: CacheBinding = { installationId, purpose: "token-failure" };
      return opened(failureKeyOf(installationId), binding, storedFailure);
    },

    async writeFailure(installationId: InstallationId, failure: SharedFailure, now: Date): Promise<void> {
      const waitMs = failure.until.getTime() - now.getTime();
      if (waitMs <= 0) return;
      const sealed = sealing.seal(JSON.stringify(failure), { installationId, purpose: "token-failure" });
      await redis.set(failureKeyOf(installationId), sealed, "PX", Math.ceil(waitMs));
    },

    /** The API read the token: it is kept warm for as long again as it lives. */
    async noteRead(installationId: InstallationId, { issuedAt, expiresAt }: CachedToken): Promise<void> {
      const lifeMs = Math.max(1, expiresAt.getTime() - issuedAt.getTime());
      await redis.set(keys.accessTokenRead(installationId), "1", "PX", lifeMs);
    },

    /** Whether the API read a token of this installation within the life of one. */
    async wasRead(installationId: InstallationId): Promise<boolean> {
      return (await redis.exists(keys.accessTokenRead(installationId))) === 1;
    },

    lockKeyOf: (installationId: InstallationId) => keys.accessTokenLock(installationId, inputs),
  };

  async function opened<Kept extends z.ZodType>(
    key: string,
    binding: CacheBinding,
    schema: Kept,
  ): Promise<z.output<Kept> | undefined> {
    const sealed = await redis.getBuffer(key);
    if (sealed === null) return undefined;
    try {
      return schema.parse(JSON.parse(await sealing.open(sealed, binding)));
    } catch {
      return undefined;
    }
  }
}
