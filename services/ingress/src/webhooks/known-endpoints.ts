// The existing endpoints, as the workers write them to Redis: looked up at each delivery, so that a
// removed key ends at once.

import { QueueUnavailableError } from "@fleetkeeper/jobs";
import { createBoundedMap } from "@fleetkeeper/model";
import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import { type EndpointEntry, type Open, openEndpoint } from "@fleetkeeper/sealing";
import type { Log } from "@fleetkeeper/telemetry";

/** Opened entries that are kept; one is good as long as Redis has the same text. */
const maxOpened = 2_000;

/** Undefined where there is none. @throws QueueUnavailableError */
export type FindEndpoint = (endpointId: string) => Promise<EndpointEntry | undefined>;

/** An unknown endpoint costs one read from Redis and nothing else. */
export function createFindEndpoint(options: {
  redis: RedisClient;
  namespace: string;
  open: Open;
  log: Log;
}): FindEndpoint {
  const { redis, namespace, open, log } = options;
  const keys = redisKeys(namespace);
  const opened = createBoundedMap<string, { text: string; entry: EndpointEntry | undefined }>(maxOpened);

  return async (endpointId) => {
    const text = await redis.get(keys.webhookEndpoint(endpointId)).catch((cause: unknown) => {
      throw new QueueUnavailableError("Redis did not say whether there is such an endpoint", { cause });
    });
    if (text === null) return undefined;
    const known = opened.get(endpointId);
    if (known?.text === text) return known.entry;
    const entry = await openEndpoint(open, endpointId, text).catch((error: unknown) => {
      log.error({ error }, "a webhook endpoint's entry in redis cannot be opened");
      return undefined;
    });
    opened.set(endpointId, { text, entry });
    return entry;
  };
}
