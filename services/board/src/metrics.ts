// The metrics of the board: what can be said of the cluster even while no worker runs. At `/metrics`, behind
// the login: Prometheus sends the viewer's credentials by HTTP Basic.

import { createMetrics, type Metrics } from "@fleetkeeper/telemetry";
import type { FastifyInstance } from "fastify";
import { Gauge } from "prom-client";

/** `nextTickAt` is asked at each scrape; while it cannot be told the metric keeps its last value. */
export function createBoardMetrics(nextTickAt: () => Promise<Date | undefined>, now: () => Date): Metrics {
  const metrics = createMetrics("board");
  new Gauge({
    name: "fleetkeeper_dispatch_tick_overdue_seconds",
    help: "How long the next dispatch tick has been due; 0 while workers run them.",
    registers: [metrics.registry],
    async collect() {
      const nextAt = await nextTickAt().catch(() => undefined);
      if (nextAt !== undefined) this.set(Math.max(0, (now().getTime() - nextAt.getTime()) / 1_000));
    },
  });
  return metrics;
}

export function addMetricsRoute(server: FastifyInstance, metrics: Metrics): void {
  server.get("/metrics", async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
}
