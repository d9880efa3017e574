// How much of each documented limit the requests of one account use at this moment, for operators.

import type { InstallationId } from "@fleetkeeper/model";
import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import { graphqlFamily } from "./graphql-pages.ts";
import { documentedLimits } from "./limits.ts";

/** Of one family of endpoints. */
export interface FamilyUse {
  family: string;
  /** Requests in the last `windowMs`, by all processes of ours. Absent where the limit is not a number. */
  used?: number;
  /** So many are documented. */
  requests?: number;
  windowMs?: number;
  /** Trackunit said that nothing of the family may be asked until then; null where it did not. */
  closedUntil: Date | null;
}

/** AEMP's limit counts each page of the fleet apart; every run begins with this one. */
const partOf: Readonly<Record<string, string>> = { "aemp-fleet": "1" };

/**
 * Every family with a limit, and GraphQL, whose budget is in its answers. Rejects while Redis does not
 * answer.
 */
export async function readLimitUse(
  redis: RedisClient,
  namespace: string,
  installationId: InstallationId,
  now: Date,
): Promise<FamilyUse[]> {
  const keys = redisKeys(namespace);
  const closedUntil = async (family: string) => {
    const untilMs = Number((await redis.get(keys.apiClosed(installationId, family))) ?? 0);
    return untilMs > now.getTime() ? new Date(untilMs) : null;
  };
  const documented = Object.entries(documentedLimits).map(async ([family, { requests, windowMs }]) => {
    const key = keys.apiLimit(installationId, family, partOf[family]);
    const [log, closed] = await Promise.all([redis.lrange(key, 0, -1), closedUntil(family)]);
    const used = log.filter((at) => Number(at) > now.getTime() - windowMs).length;
    return { family, used, requests, windowMs, closedUntil: closed };
  });
  const graphql = closedUntil(graphqlFamily).then((closed) => ({
    family: graphqlFamily,
    closedUntil: closed,
  }));
  return Promise.all([...documented, graphql]);
}
