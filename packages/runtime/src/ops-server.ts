// `/livez`, `/livez/deep`, `/readyz`, `/healthz/deep` and `/metrics` of a service, on a port of its own that
// is not for the public.

import type { Metrics } from "@fleetkeeper/telemetry";
import { type FastifyInstance, fastify } from "fastify";
import { guardConnections } from "./connection-guard.ts";
import { type DeepCheck, needsRestart, runDeepChecks } from "./deep-check.ts";
import { withoutJsonSchema } from "./without-json-schema.ts";

/** Resolves when the thing it checks works, rejects when not. */
export type ReadinessCheck = (signal: AbortSignal) => Promise<unknown>;

/** A few probes and scrapes come here. */
const connections = { total: 400, perAddress: 200, firstRequestMs: 5_000 };
/** A scrape shows what is known when measuring takes longer. */
const measureTimeoutMs = 3_000;

/**
 * Builds the server; the caller listens. `/readyz` is 503 and names the failing checks while one fails or
 * takes over 2 s; `/healthz/deep` does something real for each of `deepChecks`; `/livez/deep` does the same,
 * and is 503 only where a restart of this process helps. `measure` brings the metrics up to date before a
 * scrape.
 */
export function createOpsServer(options: {
  metrics: Metrics;
  checks: Record<string, ReadinessCheck>;
  deepChecks?: Record<string, DeepCheck>;
  measure?: () => Promise<unknown>;
}): FastifyInstance {
  const { metrics, checks, deepChecks = {}, measure } = options;
  const server = fastify({ ...withoutJsonSchema, logger: false, forceCloseConnections: true });
  guardConnections(server.server, connections);
  addHealthRoutes(server, checks);
  let running: ReturnType<typeof runDeepChecks> | undefined;
  const check = () => {
    running ??= runDeepChecks(deepChecks).finally(() => {
      running = undefined;
    });
    return running;
  };
  server.get("/healthz/deep", async (_request, reply) => {
    const result = await check();
    if (result.status !== "ok") reply.code(503);
    return result;
  });
  server.get("/livez/deep", async (_request, reply) => {
    const result = await check();
    if (needsRestart(result)) reply.code(503);
    return result;
  });
  server.get("/metrics", async (_request, reply) => {
    if (measure !== undefined) await endsWithin(measureTimeoutMs, measure());
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
  return server;
}

/** Adds `/livez` and `/readyz` to a server that has a port already. */
export function addHealthRoutes(server: FastifyInstance, checks: Record<string, ReadinessCheck>): void {
  server.get("/livez", async () => ({ status: "ok" }));
  server.get("/readyz", async (_request, reply) => {
    const results = await Promise.all(
      Object.entries(checks).map(
        async ([name, check]) => [name, await endsWithin(2_000, check(AbortSignal.timeout(2_000)))] as const,
      ),
    );
    const failing = results.filter(([, ok]) => !ok).map(([name]) => name);
    if (failing.length > 0) reply.code(503);
    return { status: failing.length === 0 ? "ok" : "unavailable", failing };
  });
}

/** Whether it resolved in time. */
async function endsWithin(limitMs: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  const ended = work.then(
    () => true,
    () => false,
  );
  return Promise.race([ended, limit]).finally(() => clearTimeout(timer));
}
