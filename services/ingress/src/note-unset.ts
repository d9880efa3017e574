// Which rules about callback tokens are not set, for the board to say so: the configuration is the ingress's
// alone.

import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import type { Config } from "./config.ts";

/** A board shows it for as long after an ingress said so; each says it again within. */
const keptS = 180;
export const noteUnsetEveryMs = 60_000;

/** The variables without which a token that Trackunit signed for somebody else is accepted. */
export function unsetTokenRules({ issuer, audience, claimRules }: Config): string[] {
  return [
    ...(issuer === undefined ? ["CALLBACK_ISSUER"] : []),
    ...(audience === undefined && Object.keys(claimRules.audienceOfApp).length === 0
      ? ["CALLBACK_AUDIENCE"]
      : []),
  ];
}

/** Notes the names of the variables; at least one. Never rejects. */
export async function noteUnset(
  redis: RedisClient,
  { namespace, unset }: { namespace: string; unset: readonly string[] },
): Promise<void> {
  const key = redisKeys(namespace).unsetTokenRules();
  // The next one tells it when this one could not.
  await redis
    .multi()
    .sadd(key, ...unset)
    .expire(key, keptS)
    .exec()
    .catch(() => undefined);
}
