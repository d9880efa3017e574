// How many deliveries to an endpoint for webhooks were refused, by reason: counted by the ingress, read by
// operators. Nothing of them is kept.

import { type RedisClient, redisKeys } from "@fleetkeeper/redis";

/** Of one endpoint, over the last days with a refusal. */
export interface WebhookRefusals {
  /** For instance `signature`. */
  byReason: Record<string, number>;
  lastAt: Date | null;
}

/** After the last one. */
const keptMs = 7 * 86_400_000;
const lastField = "lastAt";

/** Counts one more. */
export async function countWebhookRefusal(
  redis: RedisClient,
  namespace: string,
  { endpointId, reason, at }: { endpointId: string; reason: string; at: Date },
): Promise<void> {
  const key = redisKeys(namespace).webhookRefusals(endpointId);
  const commands = redis.pipeline().hincrby(key, reason, 1).hset(key, lastField, at.toISOString());
  await commands.pexpire(key, keptMs).exec();
}

/** Of the last days with a refusal. */
export async function readWebhookRefusals(
  redis: RedisClient,
  namespace: string,
  endpointId: string,
): Promise<WebhookRefusals> {
  const { [lastField]: lastAt, ...counts } = await redis.hgetall(
    redisKeys(namespace).webhookRefusals(endpointId),
  );
  const byReason = Object.fromEntries(
    Object.entries(counts).map(([reason, count]) => [reason, Number(count)]),
  );
  return { byReason, lastAt: lastAt === undefined ? null : new Date(lastAt) };
}
