// `/metrics`, behind the login: Prometheus sends the viewer's credentials by HTTP Basic.

import type { Metrics } from "@fleetkeeper/telemetry";
import type { FastifyInstance } from "fastify";

export function addMetricsRoute(server: FastifyInstance, metrics: Metrics): void {
  server.get("/metrics", async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
}
