// Redis and queues of the test's own.

import { createQueueSet, type QueueSet } from "@fleetkeeper/jobs";
import { testNamespace } from "@fleetkeeper/local-stack";
import { connected, connectProducer, type RedisClient } from "@fleetkeeper/redis";
import { inject, onTestFinished } from "vitest";

/** A connection and queues in a namespace; closed when the test ends. */
export async function testRedis(
  namespace = testNamespace(),
  redisUrl = inject("redisUrl"),
): Promise<{ namespace: string; redis: RedisClient; queues: QueueSet }> {
  const redis = connectProducer(redisUrl);
  await connected(redis);
  const queues = createQueueSet({ redis, namespace, onError: () => undefined });
  onTestFinished(async () => {
    await queues.close();
    redis.disconnect();
  });
  return { namespace, redis, queues };
}
