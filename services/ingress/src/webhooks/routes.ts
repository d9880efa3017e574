// `POST /webhooks/:endpointId`: an unknown endpoint, and a head that is not in order, are refused
// before the body is read.

import type { Socket } from "node:net";
import { refusalOf } from "@fleetkeeper/callbacks";
import { shortEndpointId } from "@fleetkeeper/model";
import { createRefusalLog } from "@fleetkeeper/runtime";
import type { Log } from "@fleetkeeper/telemetry";
import { WebhookRefusal, webhookRefusalCodes } from "@fleetkeeper/webhooks";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { IngressMetrics } from "../metrics.ts";
import type { AcceptDelivery, DeliveryHead } from "./accept-delivery.ts";
import { createRefusalAllowance } from "./refusal-allowance.ts";

/** The callback's allowance of refusals is not for it. */
export const webhookRoute = "/webhooks/:endpointId";
const maxBodyBytes = 256 * 1_024;

interface WebhookRoute {
  Params: { endpointId: string };
  Body: Buffer;
}

export interface WebhookRoutesOptions {
  log: Log;
  metrics: IngressMetrics;
  acceptDelivery: AcceptDelivery;
  /** Counts a refusal of a delivery to an existing endpoint. */
  noteRefusal: (endpointId: string, reason: string) => void;
}

/** What the callback's side of the ingress lends. */
interface Clients {
  /** Whether a connection stays open after a refusal. */
  mayStay: (socket: Socket) => boolean;
  /** Whether the request's address may be that of a proxy that is not configured, with many clients. */
  mayHide: (request: FastifyRequest) => boolean;
  refusalsPerMinute: number | undefined;
}

export function addWebhookRoutes(
  app: FastifyInstance,
  { mayStay, mayHide, refusalsPerMinute, ...options }: WebhookRoutesOptions & Clients,
): void {
  const { log, metrics, acceptDelivery, noteRefusal } = options;
  const allowance = createRefusalAllowance(refusalsPerMinute);
  const writeRefusal = createRefusalLog(log);
  const heads = new WeakMap<FastifyRequest, DeliveryHead>();
  // A counter that begins at 1 has not grown, as Prometheus sees it: the first refusal would raise no alert.
  for (const result of ["accepted", ...webhookRefusalCodes]) metrics.webhooks.inc({ result }, 0);

  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // As received: the signature is over the bytes, and no payload is documented.
    scope.addContentTypeParser<Buffer>("*", { parseAs: "buffer" }, (_request, bytes, done) =>
      done(null, bytes),
    );
    scope.setErrorHandler((error, request: FastifyRequest<WebhookRoute>, reply) =>
      refuse(error, request, reply),
    );

    scope.post<WebhookRoute>(
      webhookRoute,
      {
        bodyLimit: maxBodyBytes,
        onRequest: async (request) => {
          refuseIfUsedUp(request, undefined);
          const { "content-length": length = "0", "content-encoding": encoding } = request.headers;
          if (Number(length) > maxBodyBytes) throw new WebhookRefusal("ERR_WEBHOOK_TOO_LARGE");
          if (encoding !== undefined && encoding !== "identity")
            throw new WebhookRefusal("ERR_WEBHOOK_ENCODING");
          const { endpointId } = request.params;
          const head = await acceptDelivery.head({ endpointId, rawHeaders: request.raw.rawHeaders });
          refuseIfUsedUp(request, head.endpoint.endpointId);
          heads.set(request, head);
        },
        onResponse: async (request, { statusCode, elapsedTime }) => {
          // What we did not accept is not the sender's fault.
          if (statusCode >= 400 && statusCode < 500 && statusCode !== 429)
            allowance.count(request.ip, heads.get(request)?.endpoint.endpointId);
          const outcome = statusCode === 202 ? "accepted" : "refused";
          metrics.webhookSeconds.observe({ outcome }, elapsedTime / 1_000);
        },
      },
      async (request, reply) => {
        const head = heads.get(request) as DeliveryHead;
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const { installationId, endpointId, type, bytes } = await acceptDelivery.body(head, body);
        metrics.webhooks.inc({ result: "accepted" });
        log.info(
          { requestId: request.id, installationId, endpoint: shortEndpointId(endpointId), type, bytes },
          "webhook accepted",
        );
        return reply.code(202).send({ status: "accepted" });
      },
    );
  });

  /** @throws WebhookRefusal `ERR_WEBHOOK_TOO_MANY` */
  function refuseIfUsedUp(request: FastifyRequest, endpointId: string | undefined): void {
    if (allowance.isUsedUp(request.ip, endpointId) && !mayHide(request))
      throw new WebhookRefusal("ERR_WEBHOOK_TOO_MANY", { reason: "too many were refused" });
  }

  function refuse(error: unknown, request: FastifyRequest<WebhookRoute>, reply: FastifyReply): void {
    const refusal = webhookRefusalOf(error, request) ?? refusalOf(error);
    const { code, message, reason, rule } = refusal;
    metrics.webhooks.inc({ result: code });
    const endpoint = heads.get(request)?.endpoint;
    if (endpoint !== undefined) noteRefusal(endpoint.endpointId, reason ?? code);
    const { id: requestId, ip: address } = request;
    const fields = { requestId, installationId: endpoint?.installationId, code, reason, address };
    if (code === "ERR_INTERNAL") log.error({ ...fields, error: refusal.cause }, "webhook failed");
    else if (rule.status === 503 && refusal.cause instanceof Error)
      log.warn({ ...fields, error: refusal.cause }, "webhook refused for now");
    else writeRefusal(fields);
    if (!mayStay(request.raw.socket)) reply.header("connection", "close");
    if (rule.retryAfterS !== undefined) reply.header("retry-after", rule.retryAfterS);
    reply.code(rule.status).send({ error: { code, message } });
  }
}

/** Undefined for what has nothing to do with webhooks. */
function webhookRefusalOf(error: unknown, { headers }: FastifyRequest): WebhookRefusal | undefined {
  if (error instanceof WebhookRefusal) return error;
  const { code } = error as { code?: unknown };
  if (code === "ERR_QUEUE_UNAVAILABLE")
    return new WebhookRefusal("ERR_WEBHOOK_UNAVAILABLE", { cause: error });
  // Of a body without a length this is known only where there is such an endpoint, which the
  // sender must not learn.
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE")
    return headers["content-length"] === undefined
      ? new WebhookRefusal("ERR_WEBHOOK_UNVERIFIED", { reason: "body too large" })
      : new WebhookRefusal("ERR_WEBHOOK_TOO_LARGE");
  return undefined;
}
