// The whole board, built from top to bottom: Redis, queues, store, the HTTP server.

import { createQueueSet, queueNames } from "@fleetkeeper/jobs";
import { connected, connectProducer, proveWrite, redisKeys } from "@fleetkeeper/redis";
import type { Defer } from "@fleetkeeper/runtime";
import { openStore } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import { createBoard } from "./board.ts";
import type { Config } from "./config.ts";
import { createBoardMetrics } from "./metrics.ts";

/**
 * Listens when Redis and MongoDB answer; returns its address. What it started is closed through `defer`, the
 * last first.
 */
export async function startBoard(config: Config, log: Log, defer: Defer): Promise<{ url: string }> {
  const { namespace } = config;
  const redis = connectProducer(config.redisUrl);
  redis.on("error", (error) => log.warn({ error }, "redis connection failed"));
  defer("redis", () => redis.disconnect());
  await connected(redis);

  const queueSet = createQueueSet({
    redis,
    namespace,
    // The queues share the connection above, and each of them repeats what it said.
    onError: (error) => log.debug({ error }, "queue connection failed"),
  });
  defer("queues", () => queueSet.close());

  const store = await openStore({
    mongodbUrl: config.mongodbUrl,
    timeoutMs: 8_000,
    // A worker makes them: the board may not.
    indexes: "leave",
  });
  defer("store", () => store.close());

  const server = await createBoard({
    ...config,
    redis,
    queueSet,
    store,
    metrics: createBoardMetrics(queueSet.nextTickAt, () => new Date()),
    checks: {
      redis: () => proveWrite(redis, queueNames.map(redisKeys(namespace).queueProbe)),
      mongodb: () => store.proveWrite("board"),
    },
    log,
  });
  defer("http server", () => server.close());
  const url = await server.listen({ host: config.host, port: config.port });
  log.info({ url }, "listening");
  return { url };
}
