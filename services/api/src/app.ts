// The HTTP side of the API: gate, routes, every refusal in one shape. It builds; `api.ts` listens.

import {
  type ConnectionLimits,
  closeGracefully,
  createRefusalLog,
  guardConnections,
  withoutJsonSchema,
} from "@fleetkeeper/runtime";
import type { Log } from "@fleetkeeper/telemetry";
import { type FastifyInstance, fastify } from "fastify";
import { serializerCompiler } from "fastify-type-provider-zod";
import type { ActivityRoutesOptions } from "./accounts/activity-routes.ts";
import { accountRoutes } from "./accounts/routes.ts";
import { createAllowedMethods } from "./allowed-methods.ts";
import { addGate, type GateOptions } from "./auth/gate.ts";
import { changeRoutes } from "./changes/routes.ts";
import { keyRoutes } from "./key/routes.ts";
import type { ApiMetrics } from "./metrics.ts";
import { addOpenapi, addReference } from "./openapi.ts";
import { Problem } from "./problems.ts";
import { type ProxyRoutesOptions, proxyRoutes } from "./proxy/routes.ts";
import { recordRoutes } from "./records/routes.ts";
import { createRefuse } from "./refuse.ts";
import { type TokenRoutesOptions, tokenRoutes } from "./tokens/routes.ts";
import { validate } from "./validate.ts";
import { type WebhookRoutesOptions, webhookRoutes } from "./webhooks/routes.ts";

/** Of all clients, of one, which may be a proxy, and how long one may be silent before its first request. */
const connections = { total: 2_000, perAddress: 1_000, firstRequestMs: 10_000 };

const limits = {
  bodyLimit: 64 * 1024,
  /** The whole request must have come by then. */
  requestTimeout: 30_000,
  connectionTimeout: 60_000,
  /** Longer than the 60 s of common load balancers, so that they close idle connections first. */
  keepAliveTimeout: 72_000,
  http: { maxHeaderSize: 16 * 1024, headersTimeout: 10_000 },
  // The ids of installations may be long.
  routerOptions: { maxParamLength: 2_000 },
};

export interface AppOptions
  extends ActivityRoutesOptions,
    TokenRoutesOptions,
    ProxyRoutesOptions,
    WebhookRoutesOptions {
  version: string;
  log: Log;
  metrics: ApiMetrics;
  gate: GateOptions;
  connections?: Partial<ConnectionLimits>;
}

export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { version, log, metrics, gate } = options;
  const refuse = createRefuse(log, metrics);
  const app = fastify({
    ...limits,
    // Its schemas are of zod.
    ...withoutJsonSchema,
    logger: false,
    trustProxy: false,
    genReqId: () => crypto.randomUUID(),
    // A request on an open connection is still served while the server closes.
    return503OnClosing: false,
    frameworkErrors: refuse.request,
    clientErrorHandler: refuse.socket,
  });
  const writeDrop = createRefusalLog(log);
  const guard = guardConnections(
    app.server,
    { ...connections, ...options.connections },
    { onDrop: (reason, address) => writeDrop({ code: `connection dropped: ${reason}`, address }) },
  );
  closeGracefully(app, limits.requestTimeout);
  app.setValidatorCompiler(validate);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(refuse.request);
  app.addHook("onSend", async (request, reply) => {
    reply.header("x-request-id", request.id);
    // Only a sound key earns the right to stay.
    if (!guard.mayStay(request.raw.socket)) reply.header("connection", "close");
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
  });
  app.addHook("onResponse", async (request, { statusCode, elapsedTime }) => {
    const { schema } = request.routeOptions;
    const operation = (schema as { operationId?: string } | undefined)?.operationId ?? "none";
    metrics.requestSeconds.observe({ operation, status: statusCode }, elapsedTime / 1_000);
  });
  await addOpenapi(app, version);
  const allowedMethods = createAllowedMethods();
  app.addHook("onRoute", allowedMethods.add);
  app.setNotFoundHandler((request, reply) => {
    const allowed = allowedMethods.of(request.url).join(", ");
    if (allowed !== "") {
      const detail = `This path takes ${allowed}.`;
      reply.header("allow", allowed);
      return refuse.request(new Problem("ERR_METHOD_NOT_ALLOWED", { detail }), request, reply);
    }
    const detail = "There is no such operation: /openapi.json lists them.";
    refuse.request(new Problem("ERR_NOT_FOUND", { detail }), request, reply);
  });
  acceptEmptyJson(app);
  await app.register(async (guarded) => {
    addGate(guarded, { ...gate, noteVerified: guard.noteVerified });
    await guarded.register(keyRoutes);
    await guarded.register(accountRoutes(options));
    await guarded.register(tokenRoutes(options));
    await guarded.register(proxyRoutes(options));
    await guarded.register(recordRoutes(options));
    await guarded.register(changeRoutes(options));
    await guarded.register(webhookRoutes(options));
  });
  await addReference(app);
  return app;
}

/** Many clients say of every body that it is JSON: an operation without a body accepts an empty one. */
function acceptEmptyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body: string, done) => {
    if (body === "") done(null, undefined);
    else void parse(request, body, done);
  });
}
