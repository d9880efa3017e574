// The two servers that the services need, on this machine.

import type { RunningServer } from "./running-server.ts";
import { startMongodb } from "./start-mongodb.ts";
import { startRedis } from "./start-redis.ts";

export interface LocalStackOptions {
  /** Keeps the data in this folder, for the next start; absent: temporary folders, deleted on close. */
  dataDir?: string;
  /** Told in one line which step was taken, and every few seconds how a long one continues. */
  onProgress?: (line: string) => void;
  /**
   * Default `process.env`: `REDIS_URL`, `MONGODB_URL`, `DOCKER_HOST`, `PATH`, `FLEETKEEPER_REDIS_IMAGE`, …
   */
  env?: NodeJS.ProcessEnv;
}

export interface LocalStack {
  redis: RunningServer;
  mongodb: RunningServer;
  /** Ends what was started here; what the environment named stays. */
  close(): Promise<void>;
}

/**
 * Finds or starts Redis and MongoDB, both at the same time. If one of them is not available, the other is
 * ended.
 *
 * @throws what `startRedis` and `startMongodb` throw
 */
export async function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  const [redis, mongodb] = await Promise.allSettled([startRedis(options), startMongodb(options)]);
  if (redis.status === "rejected" || mongodb.status === "rejected") {
    const failed = redis.status === "rejected" ? redis : mongodb;
    for (const started of [redis, mongodb]) {
      if (started.status === "fulfilled") await started.value.close();
    }
    throw failed.status === "rejected" ? failed.reason : undefined;
  }
  return {
    redis: redis.value,
    mongodb: mongodb.value,
    async close() {
      await Promise.all([redis.value.close(), mongodb.value.close()]);
    },
  };
}
