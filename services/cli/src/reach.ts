// What a command reaches: connections made when first asked for, and closed in reverse.

import { createQueueSet, type QueueSet } from "@fleetkeeper/jobs";
import { rootMessage } from "@fleetkeeper/model";
import { connected, connectProducer, type RedisClient } from "@fleetkeeper/redis";
import { openStore, SchemaTooNewError, type Store } from "@fleetkeeper/store";
import { readVariables } from "./configuration.ts";
import { MongodbUnreachableError, RedisUnreachableError } from "./errors.ts";

export type Reach = ReturnType<typeof createReach>;

const connectWithinMs = 3_000;

export function createReach(env: NodeJS.ProcessEnv) {
  const closers: (() => Promise<unknown> | unknown)[] = [];
  let store: Promise<Store> | undefined;
  let redis: Promise<RedisClient> | undefined;
  let queues: Promise<QueueSet> | undefined;

  async function connectStore(): Promise<Store> {
    const { mongodbUrl } = readVariables(env, "MONGODB_URL");
    try {
      const opened = await openStore({ mongodbUrl, indexes: "leave", connectWithinMs });
      closers.push(() => opened.close());
      return opened;
    } catch (cause) {
      if (cause instanceof SchemaTooNewError) throw cause;
      throw new MongodbUnreachableError(`MongoDB cannot be reached: ${rootMessage(cause)}`, {
        cause,
        advice: "Check MONGODB_URL, and that the server runs and accepts this machine.",
      });
    }
  }

  async function connectRedis(): Promise<RedisClient> {
    const { redisUrl: url } = readVariables(env, "REDIS_URL");
    const connection = connectProducer(url, { commandTimeoutMs: 10_000 });
    connection.on("error", () => undefined);
    closers.push(() => connection.disconnect());
    try {
      await connected(connection, connectWithinMs);
      return connection;
    } catch (cause) {
      connection.disconnect();
      throw new RedisUnreachableError(`Redis cannot be reached: ${rootMessage(cause)}`, {
        cause,
        advice: "Check REDIS_URL, and that the server runs and accepts this machine.",
      });
    }
  }

  async function openQueues(): Promise<QueueSet> {
    const { redisNamespace: namespace } = readVariables(env, "REDIS_NAMESPACE");
    redis ??= connectRedis();
    const opened = createQueueSet({ redis: await redis, namespace, onError: () => undefined });
    closers.push(() => opened.close());
    return opened;
  }

  return {
    /** Opened to look: it creates no index. @throws ConfigurationError, MongodbUnreachableError */
    store(): Promise<Store> {
      store ??= connectStore();
      return store;
    },

    /** @throws ConfigurationError, RedisUnreachableError */
    redis(): Promise<RedisClient> {
      redis ??= connectRedis();
      return redis;
    },

    /** @throws ConfigurationError, RedisUnreachableError */
    queues(): Promise<QueueSet> {
      queues ??= openQueues();
      return queues;
    },

    /** Nothing is closed before this has ended, also when the command was interrupted. */
    finish<Result>(work: Promise<Result>): Promise<Result> {
      closers.push(() =>
        work.then(
          () => undefined,
          () => undefined,
        ),
      );
      return work;
    },

    async close(): Promise<void> {
      for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
    },
  };
}
