// The HTTP side of the ingress: strict limits, every refusal in one shape. It builds; `ingress.ts` listens.

import {
  acceptJsonOnly,
  type CallbackBody,
  callbackPath,
  callbackSchema,
  Refusal,
  requestRules,
  unroutedRefusal,
} from "@fleetkeeper/callbacks";
import { createBoundedMap } from "@fleetkeeper/model";
import {
  type ConnectionLimits,
  closeGracefully,
  createForeignProxies,
  createIsAmong,
  dropReasons,
  guardConnections,
  withoutBasePath,
} from "@fleetkeeper/runtime";
import { type Log, noTraces, type Traces } from "@fleetkeeper/telemetry";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import type { AcceptCallback } from "./accept-callback.ts";
import type { Inbox } from "./inbox.ts";
import type { IngressMetrics } from "./metrics.ts";
import { createRefusalLimit } from "./refusal-limit.ts";
import { createRefuse } from "./refuse.ts";
import { addWebhookRoutes, type WebhookRoutesOptions, webhookRoute } from "./webhooks/routes.ts";

const limits = {
  ...requestRules.fastify,
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

/**
 * Of all clients, of one, and how long one may stay silent. A mass install of 1 000 accounts may come from
 * one address.
 */
const connections = { total: 5_000, perAddress: 1_000, firstRequestMs: 5_000 };

/** Accepted callbacks that are known, in this process, to have been said. */
const maxSaid = 10_000;

/** What one client may do. */
export interface ClientLimits {
  connections?: Partial<ConnectionLimits>;
  /** Default 600. */
  refusalsPerMinute?: number | undefined;
  /** Addresses or networks whose `X-Forwarded-For` is believed. */
  trustedProxies?: readonly string[] | undefined;
}

export function createApp(options: {
  log: Log;
  metrics: IngressMetrics;
  acceptCallback: AcceptCallback;
  traces?: Traces;
  clients?: ClientLimits;
  /** Default: empty, the root of the host. */
  basePath?: string;
  /** Absent: nothing is noted. */
  inbox?: Inbox;
  /** Absent: there are none. */
  webhooks?: WebhookRoutesOptions | undefined;
}): FastifyInstance {
  const { log, metrics, acceptCallback, traces = noTraces, clients = {}, basePath = "", inbox } = options;
  const { trustedProxies = [] } = clients;
  const isProxy = createIsAmong(trustedProxies);
  const refusalLimit = createRefusalLimit(clients.refusalsPerMinute);
  const proxies = createForeignProxies(log, { trustedProxies, variable: "INGRESS_TRUSTED_PROXIES" });
  const refuse = createRefuse(log, metrics, { mayStay: (socket) => guard.mayStay(socket), inbox });
  const app = fastify({
    ...limits,
    logger: false,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    genReqId: () => crypto.randomUUID(),
    // A request on an open connection is still served while the server closes.
    return503OnClosing: false,
    rewriteUrl: withoutBasePath(basePath),
    frameworkErrors: refuse.request,
    clientErrorHandler: refuse.socket,
  });
  // A counter that begins at 1 has not grown, as Prometheus sees it.
  for (const reason of dropReasons) metrics.droppedConnections.inc({ reason }, 0);
  const guard = guardConnections(
    app.server,
    { ...connections, ...clients.connections },
    { isProxy, onDrop: (reason) => metrics.droppedConnections.inc({ reason }) },
  );
  app.addHook("onRequest", async (request) => {
    refuse.routed(request);
    if (isWebhook(request) || proxies.mayHide(request)) return;
    if (refusalLimit.isOver(request.ip)) throw new Refusal("ERR_TOO_MANY_REFUSALS");
  });
  app.addHook("onResponse", async (request, { statusCode }) => {
    // What we could not accept is not the sender's fault.
    if (statusCode >= 400 && statusCode < 500 && !isWebhook(request)) refusalLimit.count(request.ip);
    if (statusCode === 202) guard.noteVerified(request.raw.socket);
  });
  closeGracefully(app, limits.requestTimeout);
  acceptJsonOnly(app);
  app.setErrorHandler(refuse.request);
  app.setNotFoundHandler((request, reply) => {
    const refusal = unroutedRefusal(request.url);
    if (refusal.code === "ERR_METHOD_NOT_ALLOWED") reply.header("allow", "POST");
    refuse.request(refusal, request, reply);
  });

  app.post<{ Body: CallbackBody }>(callbackPath, {
    schema: { body: callbackSchema },
    onResponse: async (_request, { statusCode, elapsedTime }) => {
      const outcome = statusCode === 202 ? "accepted" : "refused";
      metrics.callbackSeconds.observe({ outcome }, elapsedTime / 1_000);
    },
    handler: (request, reply) =>
      traces.span("callback", { requestId: request.id }, () => accept(request, reply), { root: true }),
  });
  /** A sender that repeats a callback for hours must fill neither log nor inbox with it. */
  const said = createBoundedMap<string, true>(maxSaid);
  const { webhooks } = options;
  if (webhooks !== undefined)
    addWebhookRoutes(app, {
      ...webhooks,
      mayStay: (socket) => guard.mayStay(socket),
      mayHide: proxies.mayHide,
      refusalsPerMinute: clients.refusalsPerMinute,
    });
  return app;

  async function accept(request: FastifyRequest<{ Body: CallbackBody }>, reply: FastifyReply) {
    const startedAtMs = performance.now();
    const { "trackunit-identity": identity } = request.headers;
    const { result, installationId, jobId, type } = await acceptCallback(identity, request.body);
    metrics.callbacks.inc({ result });
    const fields = {
      requestId: request.id,
      installationId,
      type,
      durationMs: Math.round(performance.now() - startedAtMs),
    };
    const isRepeated = said.get(jobId) ?? false;
    said.set(jobId, true);
    if (isRepeated) log.debug(fields, "callback accepted again");
    else {
      inbox?.note(request, { outcome: result, status: 202, installationId, jobId });
      if (result === "accepted") log.info(fields, "callback accepted");
      else log.warn(fields, "callback of unrecognised type accepted");
    }
    reply.code(202);
    return { status: "accepted", installationId };
  }
}

/** Webhooks have their own allowance of refusals: neither uses up the other's. */
function isWebhook(request: FastifyRequest): boolean {
  return request.routeOptions.url === webhookRoute;
}
