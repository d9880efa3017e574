// The board: overview, accounts and Bull board behind a login. Environment → config → build → run → close in
// reverse.

import { createQueueSet, queueNames } from "@fleetkeeper/jobs";
import { connected, connectProducer, proveWrite, redisKeys } from "@fleetkeeper/redis";
import { configure, runService } from "@fleetkeeper/runtime";
import { openStore } from "@fleetkeeper/store";
import { createLog } from "@fleetkeeper/telemetry";
import { createBoard } from "./board.ts";
import { readConfig } from "./config.ts";
import { createBoardMetrics } from "./metrics.ts";

export async function run(): Promise<void> {
  const config = configure(readConfig);
  const log = createLog({ service: "board", level: config.logLevel });

  await runService({ log }, async (defer) => {
    const redis = connectProducer(config.redisUrl);
    redis.on("error", (error) => log.warn({ error }, "redis connection failed"));
    defer("redis", () => redis.disconnect());
    await connected(redis);

    const queueSet = createQueueSet({
      redis,
      namespace: config.namespace,
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
        redis: () => proveWrite(redis, queueNames.map(redisKeys(config.namespace).queueProbe)),
        mongodb: () => store.proveWrite("board"),
      },
      log,
    });
    defer("http server", () => server.close());
    const url = await server.listen({ host: config.host, port: config.port });
    log.info({ url }, "listening");
  });
}
