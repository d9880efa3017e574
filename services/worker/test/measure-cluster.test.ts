import { type QueueSet, queueNames } from "@fleetkeeper/jobs";
import type { RedisClient } from "@fleetkeeper/redis";
import type { ReceiverRow } from "@fleetkeeper/store";
import { createLog, createMetrics } from "@fleetkeeper/telemetry";
import { expect, test } from "vitest";
import { createClusterMetrics } from "../src/cluster-metrics.ts";
import { createMeasureCluster } from "../src/measure-cluster.ts";

const now = new Date("2030-01-01T00:00:00Z");
const queue = { getJobCounts: async () => ({ waiting: 2, active: 1, delayed: 0, failed: 3 }) };

/** A Redis whose INFO says this; null: it does not let one ask. */
const redisThatSays = (settings: Record<string, string> | null): RedisClient =>
  ({
    call: async () => [null],
    info: async () => {
      if (settings === null) throw new Error("NOPERM");
      return Object.entries(settings)
        .map(([name, value]) => `${name}:${value}`)
        .join("\r\n");
    },
  }) as unknown as RedisClient;

function setup(replaced: Partial<Parameters<typeof createMeasureCluster>[0]> = {}) {
  const metrics = createMetrics("worker");
  const parts = {
    metrics: createClusterMetrics(metrics),
    redis: redisThatSays({ aof_enabled: "1", maxmemory_policy: "noeviction" }),
    queues: {
      queues: Object.fromEntries(queueNames.map((name) => [name, queue])),
      oldestWaitingAt: async (name: string) =>
        name === "install" ? new Date(now.getTime() - 90_000) : undefined,
    } as unknown as QueueSet,
    lagMs: async () => 12_000,
    listReceivers: async () => [
      { _id: "rcv_1", disabled: null, failingSince: null } as ReceiverRow,
      { _id: "rcv_2", disabled: { why: "operator" }, failingSince: null } as ReceiverRow,
    ],
    waitingSince: async (ids: readonly string[]) =>
      ids.join() === "rcv_1" ? new Date(now.getTime() - 45_000) : null,
    readCounts: async () => ({
      installations: { active: 7 },
      tokens: { expired: 1, more: 6 },
      webhookEndpoints: { silent: 2 },
    }),
    log: createLog({ service: "test", level: "silent" }),
    now: () => now,
    ...replaced,
  };
  return { metrics, parts, measure: createMeasureCluster(parts), text: () => metrics.registry.metrics() };
}

test("the facts are exported as they are measured", async () => {
  const { measure, text } = setup();
  await measure();
  const exported = await text();
  for (const line of [
    'fleetkeeper_queue_jobs{queue="install",state="failed",service="worker"} 3',
    'fleetkeeper_queue_age_seconds{queue="install",service="worker"} 90',
    'fleetkeeper_queue_age_seconds{queue="sync",service="worker"} 0',
    'fleetkeeper_schedule_lag_seconds{service="worker"} 12',
    'fleetkeeper_installations{state="active",service="worker"} 7',
    'fleetkeeper_tokens{left="expired",service="worker"} 1',
    'fleetkeeper_webhook_endpoints{standing="silent",service="worker"} 2',
    'fleetkeeper_receivers{state="disabled",service="worker"} 1',
    'fleetkeeper_receiver_oldest_event_seconds{service="worker"} 45',
    'fleetkeeper_redis_persistent{service="worker"} 1',
    'fleetkeeper_redis_never_evicts{service="worker"} 1',
  ])
    expect(exported).toContain(line);
});

test("what cannot be measured any more is exported as nothing, and not as it was", async () => {
  const away = async () => {
    throw new Error("away");
  };
  const { measure, parts, text } = setup();
  await measure();
  const broken = createMeasureCluster({ ...parts, lagMs: away, readCounts: away });
  await broken();
  const exported = await text();
  expect(exported).not.toMatch(/^fleetkeeper_(schedule_lag_seconds|installations|tokens)[ {]/m);
  expect(exported).toContain('fleetkeeper_queue_age_seconds{queue="install",service="worker"} 90');
});

test("a Redis without persistence, or one that may evict, shows", async () => {
  const { measure, text } = setup({
    redis: redisThatSays({ aof_enabled: "0", maxmemory_policy: "allkeys-lru" }),
  });
  await measure();
  expect(await text()).toContain('fleetkeeper_redis_persistent{service="worker"} 0');
  expect(await text()).toContain('fleetkeeper_redis_never_evicts{service="worker"} 0');
});

test("a Redis that does not say whether it evicts is not said to be good or bad", async () => {
  const { measure, text } = setup({ redis: redisThatSays(null) });
  await measure();
  expect(await text()).not.toMatch(/^fleetkeeper_redis_never_evicts\{/m);
});
