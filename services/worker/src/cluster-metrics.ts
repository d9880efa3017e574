// Facts about the whole cluster, which every worker exports alike: take the max over workers, never the sum.

import type { Metrics } from "@fleetkeeper/telemetry";
import { Gauge } from "prom-client";

/** Gauges about the whole cluster. */
export type ClusterMetrics = ReturnType<typeof createClusterMetrics>;

/**
 * Adds them to the metrics of a service. A fact that cannot be measured is left out, for a frozen value would
 * mislead.
 */
export function createClusterMetrics({ registry }: Metrics) {
  const registers = [registry];
  return {
    queueJobs: new Gauge({
      name: "fleetkeeper_queue_jobs",
      help: "Jobs in a queue by state: waiting, active, delayed or failed.",
      labelNames: ["queue", "state"],
      registers,
    }),
    queueAgeSeconds: new Gauge({
      name: "fleetkeeper_queue_age_seconds",
      help: "How long ago the oldest job that waits for a worker was added; 0 where none waits.",
      labelNames: ["queue"],
      registers,
    }),
    scheduleLagSeconds: new Gauge({
      name: "fleetkeeper_schedule_lag_seconds",
      help: "How long the most overdue sync has been due without being dispatched; 0 where none is.",
      labelNames: [],
      registers,
    }),
    installations: new Gauge({
      name: "fleetkeeper_installations",
      help: "Installations by state: pending, active, paused or revoked.",
      labelNames: ["state"],
      registers,
    }),
    tokens: new Gauge({
      name: "fleetkeeper_tokens",
      help: "Active installations by the time their access token has left: expired, unused (no run or caller needs another), 5m, 30m, more, or none: the last request got none.",
      labelNames: ["left"],
      registers,
    }),
    webhookEndpoints: new Gauge({
      name: "fleetkeeper_webhook_endpoints",
      help: "Endpoints for Trackunit's webhooks by state: no key, silent (for longer than usual), paused, waiting for a first delivery, or receiving.",
      labelNames: ["standing"],
      registers,
    }),
    receivers: new Gauge({
      name: "fleetkeeper_receivers",
      help: "Receivers of events by state: ok, failing, or disabled (by an operator, or after three days of failures).",
      labelNames: ["state"],
      registers,
    }),
    receiverFailingSeconds: new Gauge({
      name: "fleetkeeper_receiver_failing_seconds",
      help: "How long the receiver that has failed for longest has taken no delivery; 0 where none fails.",
      labelNames: [],
      registers,
    }),
    receiverOldestEventSeconds: new Gauge({
      name: "fleetkeeper_receiver_oldest_event_seconds",
      help: "How long the oldest event has waited for its receiver; 0 where none waits. Events for a disabled receiver do not count.",
      labelNames: [],
      registers,
    }),
    redisPersistent: new Gauge({
      name: "fleetkeeper_redis_persistent",
      help: "1 when Redis keeps an append-only file, 0 when a crash loses accepted callbacks.",
      registers,
    }),
    redisNeverEvicts: new Gauge({
      name: "fleetkeeper_redis_never_evicts",
      help: "1 when Redis evicts nothing, 0 when it may evict jobs; absent where it does not say.",
      registers,
    }),
  };
}
