// `/livez`, `/readyz` and `/metrics` of a service, on a port of its own that is not for the public.

import type { Metrics } from "@fleetkeeper/telemetry";
import { type FastifyInstance, fastify } from "fastify";

/** Resolves when the thing it checks works, rejects when not. */
export type ReadinessCheck = (signal: AbortSignal) => Promise<unknown>;

/** Builds the server; the caller listens. `/readyz` is 503 and names the failing checks while one fails or takes over 2 s. */
export function createOpsServer(options: {
  metrics: Metrics;
  checks: Record<string, ReadinessCheck>;
}): FastifyInstance {
  const server = fastify({ logger: false, forceCloseConnections: true });
  addHealthRoutes(server, options.checks);
  server.get("/metrics", async (_request, reply) => {
    reply.type(options.metrics.registry.contentType);
    return options.metrics.registry.metrics();
  });
  return server;
}

/** Adds `/livez` and `/readyz` to a server that has a port already. */
export function addHealthRoutes(server: FastifyInstance, checks: Record<string, ReadinessCheck>): void {
  server.get("/livez", async () => ({ status: "ok" }));
  server.get("/readyz", async (_request, reply) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await passes(check)] as const),
    );
    const failing = results.filter(([, ok]) => !ok).map(([name]) => name);
    if (failing.length > 0) reply.code(503);
    return { status: failing.length === 0 ? "ok" : "unavailable", failing };
  });
}

async function passes(check: ReadinessCheck): Promise<boolean> {
  const signal = AbortSignal.timeout(2_000);
  const timeout = new Promise<boolean>((resolve) => signal.addEventListener("abort", () => resolve(false)));
  return Promise.race([
    check(signal).then(
      () => true,
      () => false,
    ),
    timeout,
  ]);
}
