// Which rules about callback tokens are not set, for the board to say so: the configuration is the ingress's
// alone.

import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import type { Config } from "./config.ts";

/** A board shows it for as long after an ingress said so; each says it again within. */
const keptS = 180;
export const noteUnsetEveryMs = 60_000;

/** The variables without which a token that Trackunit signed for another receiver is accepted. */
export function unsetTokenRules({ issuer, audience, claimRules }: Config): string[] {
  return [
    ...(issuer === undefined ? ["CALLBACK_ISSUER"] : []),
    ...(audience === undefined && Object.keys(claimRules.audienceOfApp).length === 0
      ? ["CALLBACK_AUDIENCE"]
      : []),
  ];
}

/** Notes about the variables that are not set, for one ingress. None of its functions rejects. */
export function createUnsetNotes(
  redis: RedisClient,
  { namespace, unset }: { namespace: string; unset: readonly string[] },
) {
  const key = redisKeys(namespace).unsetTokenRules();
  return {
    /** Notes the names; nothing where all are set. */
    async note(): Promise<void> {
      if (unset.length === 0) return;
      // The next one tells it when this one could not.
      await redis
        .multi()
        .sadd(key, ...unset)
        .expire(key, keptS)
        .exec()
        .catch(() => undefined);
    },

    /**
     * Takes back what any ingress noted, at a start and a stop: with what was said before, by an ingress that
     * ran with other values. Another one for which it is still so says it again within a minute.
     */
    async takeBack(): Promise<void> {
      await redis.del(key).catch(() => undefined);
    },
  };
}
