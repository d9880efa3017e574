// The worker's ops server: health, deep checks, and metrics with the facts about the cluster.

import { type Consumer, type QueueName, type QueueSet, queueNames } from "@fleetkeeper/jobs";
import { proveWrite, type RedisClient, redisKeys } from "@fleetkeeper/redis";
import { createOpsServer } from "@fleetkeeper/runtime";
import type { Open, Seal } from "@fleetkeeper/sealing";
import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import { createCountAccounts } from "./account-counts.ts";
import { createClusterMetrics } from "./cluster-metrics.ts";
import { createDeepChecks } from "./deep-checks.ts";
import { createMeasureCluster } from "./measure-cluster.ts";
import type { WorkerMetrics } from "./metrics.ts";

/** Starts it. */
export async function startWorkerOps(options: {
  host: string;
  port: number;
  metrics: WorkerMetrics;
  consumers: Record<QueueName, Consumer>;
  redis: RedisClient;
  namespace: string;
  queues: QueueSet;
  store: Store;
  seal: Seal;
  open: Open;
  log: Log;
  now: () => Date;
}): Promise<{ url: string; close: () => Promise<void> }> {
  const { metrics, consumers, redis, store, now } = options;
  const server = createOpsServer({
    metrics,
    checks: {
      redis: () => proveWrite(redis, queueNames.map(redisKeys(options.namespace).queueProbe)),
      mongodb: () => store.proveWrite("worker"),
      workers: async () => {
        if (!Object.values(consumers).every((one) => one.isRunning()))
          throw new Error("a consumer has stopped");
      },
    },
    deepChecks: createDeepChecks(options),
    measure: createMeasureCluster({
      ...options,
      metrics: createClusterMetrics(metrics),
      readCounts: createCountAccounts(options),
      listReceivers: () => store.events.receivers.list(),
      waitingSince: (receiverIds) => store.events.lanes.waitingSince(receiverIds),
      lagMs: async () => {
        const [first] = await store.syncs.due(now(), 1);
        return Math.max(0, now().getTime() - (first?.nextRunAt ?? now()).getTime());
      },
    }),
  });
  const url = await server.listen({ host: options.host, port: options.port });
  return { url, close: () => server.close() };
}
