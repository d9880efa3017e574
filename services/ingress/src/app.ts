// The HTTP side of the ingress: one route, strict limits, every refusal in one shape. It builds; `main.ts` listens.

import {
  acceptJsonOnly,
  type CallbackBody,
  callbackSchema,
  Refusal,
  requestRules,
} from "@fleetkeeper/callbacks";
import { closeGracefully } from "@fleetkeeper/runtime";
import { type IngressMetrics, type Log, noTraces, type Traces } from "@fleetkeeper/telemetry";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import type { AcceptCallback } from "./accept-callback.ts";
import { createRefuse } from "./refuse.ts";

const maxConnections = 2_000;

const limits = {
  bodyLimit: requestRules.bodyLimit,
  /** The whole request must have come by then: slow bodies hold nothing for long. */
  requestTimeout: 10_000,
  connectionTimeout: 30_000,
  /** Longer than the 60 s of common load balancers, so that they close idle connections first. */
  keepAliveTimeout: 72_000,
  http: {
    maxHeaderSize: requestRules.maxHeaderBytes,
    headersTimeout: 10_000,
    connectionsCheckingInterval: 1_000,
  },
};

export function createApp(options: {
  log: Log;
  metrics: IngressMetrics;
  acceptCallback: AcceptCallback;
  traces?: Traces;
}): FastifyInstance {
  const { log, metrics, acceptCallback, traces = noTraces } = options;
  const refuse = createRefuse(log, metrics);
  const app = fastify({
    ...limits,
    logger: false,
    trustProxy: false,
    genReqId: () => crypto.randomUUID(),
    // A request on an open connection is still served while the server closes.
    return503OnClosing: false,
    ajv: requestRules.ajv,
    frameworkErrors: refuse.request,
    clientErrorHandler: refuse.socket,
  });
  app.server.maxConnections = maxConnections;
  closeGracefully(app, limits.requestTimeout);
  acceptJsonOnly(app);
  app.setErrorHandler(refuse.request);
  app.setNotFoundHandler((request, reply) => {
    const isKnown = request.url.split("?")[0] === "/appinstall";
    if (isKnown) reply.header("allow", "POST");
    refuse.request(new Refusal(isKnown ? "ERR_METHOD_NOT_ALLOWED" : "ERR_NOT_FOUND"), request, reply);
  });

  app.post<{ Body: CallbackBody }>("/appinstall", {
    schema: { body: callbackSchema },
    onResponse: async (_request, { statusCode, elapsedTime }) => {
      const outcome = statusCode === 202 ? "accepted" : "refused";
      metrics.callbackSeconds.observe({ outcome }, elapsedTime / 1_000);
    },
    handler: (request, reply) =>
      traces.span("callback", { requestId: request.id }, () => accept(request, reply), { root: true }),
  });
  return app;

  async function accept(request: FastifyRequest<{ Body: CallbackBody }>, reply: FastifyReply) {
    const startedAtMs = performance.now();
    const { "trackunit-identity": identity } = request.headers;
    const { result, installationId, type } = await acceptCallback(identity, request.body);
    metrics.callbacks.inc({ result });
    const fields = {
      requestId: request.id,
      installationId,
      type,
      durationMs: Math.round(performance.now() - startedAtMs),
    };
    if (result === "accepted") log.info(fields, "callback accepted");
    else log.warn(fields, "callback of unrecognised type accepted");
    reply.code(202);
    return { status: "accepted", installationId };
  }
}
