// The metrics of the API. Labels are bounded: a route and never an address, never a key or an account.

import { createMetrics } from "@fleetkeeper/telemetry";
import { Counter, Histogram } from "prom-client";

export type ApiMetrics = ReturnType<typeof createApiMetrics>;

export function createApiMetrics() {
  const { registry } = createMetrics("api");
  const registers = [registry];
  return {
    registry,
    requestSeconds: new Histogram({
      name: "fleetkeeper_publisher_request_duration_seconds",
      help: "Time of a request of the publisher's own back end, by operation and status.",
      labelNames: ["operation", "status"],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    forwardedSeconds: new Histogram({
      name: "fleetkeeper_publisher_forwarded_duration_seconds",
      help: "Time until Trackunit's answer to a forwarded request begins, by endpoint family and status.",
      labelNames: ["family", "status"],
      buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    }),
    problems: new Counter({
      name: "fleetkeeper_publisher_problems_total",
      help: "Requests of the publisher's own back end that were refused, by code.",
      labelNames: ["code"],
      registers,
    }),
  };
}
