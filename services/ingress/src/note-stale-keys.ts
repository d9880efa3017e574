// That Trackunit's key set is old, for the board to say so: the key set is known in the ingress alone.

import { type RedisClient, redisKeys } from "@fleetkeeper/redis";

/** As the alert FleetkeeperKeySetStale. */
export const staleAfterMs = 3_600_000;
/** A start without keys is not an outage yet. */
const firstWithinMs = 180_000;
/** A board shows it for as long after an ingress said so; each says it again within. */
const keptMs = 180_000;
export const noteStaleKeysEveryMs = 60_000;

/** `ageMs`: infinite before the first keys. Never rejects. */
export async function noteStaleKeys(
  redis: RedisClient,
  { namespace, ageMs, startedAt, now }: { namespace: string; ageMs: number; startedAt: Date; now: Date },
): Promise<void> {
  const hasKeys = Number.isFinite(ageMs);
  const sinceMs = hasKeys ? now.getTime() - ageMs : startedAt.getTime();
  if (now.getTime() - sinceMs <= (hasKeys ? staleAfterMs : firstWithinMs)) return;
  // The next one tells it when this one could not.
  await redis
    .set(redisKeys(namespace).keySetStale(), String(Math.round(sinceMs)), "PX", keptMs)
    .catch(() => undefined);
}
