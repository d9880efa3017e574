// Facts about the whole cluster for the metrics, measured when a worker is scraped. Every worker exports the
// same, so that none of them is needed for it.

import { type QueueName, type QueueSet, queueNames } from "@fleetkeeper/jobs";
import { evictionPolicyOf, persistenceOf, type RedisClient } from "@fleetkeeper/redis";
import type { ReceiverRow } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import type { AccountCounts } from "./account-counts.ts";
import type { ClusterMetrics } from "./cluster-metrics.ts";

/** One of prom-client's gauges. */
type Gauge = ClusterMetrics[keyof ClusterMetrics];

export interface MeasureOptions {
  metrics: ClusterMetrics;
  redis: RedisClient;
  queues: QueueSet;
  /** How long the most overdue sync has been due. */
  lagMs: () => Promise<number>;
  /** Which receivers get which events. */
  listReceivers: () => Promise<ReceiverRow[]>;
  /** Since when the oldest event waits for one of these receivers; null where none does. */
  waitingSince: (receiverIds: readonly string[]) => Promise<Date | null>;
  /** What costs a count of all accounts. */
  readCounts: () => Promise<AccountCounts>;
  log: Log;
  now: () => Date;
}

/** A function that measures; it never rejects, and what cannot be measured is exported as nothing. */
export function createMeasureCluster(options: MeasureOptions): () => Promise<void> {
  const { metrics, redis, queues, lagMs, listReceivers, waitingSince, readCounts, log, now } = options;

  return async () => {
    await Promise.all([
      measured([metrics.queueJobs, metrics.queueAgeSeconds], async () => {
        await Promise.all(queueNames.map(measureQueue));
      }),
      measured([metrics.scheduleLagSeconds], async () =>
        metrics.scheduleLagSeconds.set((await lagMs()) / 1_000),
      ),
      measured([metrics.redisPersistent, metrics.redisNeverEvicts], measureRedis),
      measured(
        [metrics.receivers, metrics.receiverFailingSeconds, metrics.receiverOldestEventSeconds],
        measureReceivers,
      ),
      measured([metrics.installations, metrics.tokens, metrics.webhookEndpoints], countAccounts),
    ]);
  };

  async function measured(gauges: Gauge[], measure: () => Promise<void>): Promise<void> {
    try {
      await measure();
    } catch (error) {
      for (const gauge of gauges) leaveOut(gauge);
      log.warn({ error }, "cluster not measured");
    }
  }

  async function measureQueue(queue: QueueName): Promise<void> {
    const states = ["waiting", "active", "delayed", "failed"] as const;
    const counts = await queues.queues[queue].getJobCounts(...states);
    for (const state of states) metrics.queueJobs.set({ queue, state }, counts[state] ?? 0);
    const oldestAt = await queues.oldestWaitingAt(queue);
    const ageMs = oldestAt === undefined ? 0 : Math.max(0, now().getTime() - oldestAt.getTime());
    metrics.queueAgeSeconds.set({ queue }, ageMs / 1_000);
  }

  async function measureRedis(): Promise<void> {
    metrics.redisPersistent.set((await persistenceOf(redis)) === "none" ? 0 : 1);
    const policy = await evictionPolicyOf(redis);
    if (policy === undefined) leaveOut(metrics.redisNeverEvicts);
    else metrics.redisNeverEvicts.set(policy === "noeviction" ? 1 : 0);
  }

  async function measureReceivers(): Promise<void> {
    const counts = { ok: 0, failing: 0, disabled: 0 };
    let longestMs = 0;
    const receivers = await listReceivers();
    for (const { disabled, failingSince } of receivers) {
      counts[disabled !== null ? "disabled" : failingSince !== null ? "failing" : "ok"] += 1;
      if (disabled === null && failingSince !== null)
        longestMs = Math.max(longestMs, now().getTime() - failingSince.getTime());
    }
    for (const [state, count] of Object.entries(counts)) metrics.receivers.set({ state }, count);
    metrics.receiverFailingSeconds.set(longestMs / 1_000);
    const enabled = receivers.filter(({ disabled }) => disabled === null).map(({ _id }) => _id);
    const since = await waitingSince(enabled);
    const oldestMs = since === null ? 0 : Math.max(0, now().getTime() - since.getTime());
    metrics.receiverOldestEventSeconds.set(oldestMs / 1_000);
  }

  async function countAccounts(): Promise<void> {
    const { installations, tokens, webhookEndpoints = {} } = await readCounts();
    for (const [state, count] of Object.entries(installations)) metrics.installations.set({ state }, count);
    for (const [left, count] of Object.entries(tokens)) metrics.tokens.set({ left }, count);
    for (const [standing, count] of Object.entries(webhookEndpoints))
      metrics.webhookEndpoints.set({ standing }, count);
  }
}

function leaveOut(gauge: Gauge): void {
  gauge.reset();
  // Without labels, `reset` is a zero.
  gauge.remove({});
}
