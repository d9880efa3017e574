// Answers a refusal as JSON with a stable code, counts it, and writes one line about it: no secret, no echo
// of what was sent.

import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { callbackPath, Refusal, refusalCodes, refusalOf } from "@fleetkeeper/callbacks";
import { rootMessage } from "@fleetkeeper/model";
import { createRefusalLog } from "@fleetkeeper/runtime";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Inbox } from "./inbox.ts";
import type { IngressMetrics } from "./metrics.ts";

/** `mayStay`: whether a connection stays open after a refusal. `inbox`: notified of each refused callback. */
export function createRefuse(
  log: Log,
  metrics: IngressMetrics,
  { mayStay, inbox }: { mayStay: (socket: Socket) => boolean; inbox?: Inbox | undefined },
) {
  const writeRefusal = createRefusalLog(log);
  /**
   * Answered on the socket while Fastify still read the body: what Fastify then reports is not a second
   * event.
   */
  const answered = new WeakSet<Socket>();
  /** Whose last request was routed, and to no callback: what goes wrong with its body is not a callback's. */
  const elsewhere = new WeakSet<Socket>();

  // A counter that begins at 1 has not grown, as Prometheus sees it: the first refusal would raise no alert.
  for (const result of refusalCodes) metrics.callbacks.inc({ result }, 0);

  /**
   * Only a POST to the callback path is a callback: what scanners and browsers send is logged, not counted.
   */
  function note(
    refusal: Refusal,
    { isCallback, address, requestId }: { isCallback: boolean; address: string; requestId?: string },
  ): void {
    const { code, reason } = refusal;
    if (isCallback) metrics.callbacks.inc({ result: code });
    const fields = { requestId, code, address, reason: reason ?? rootMessage(refusal) };
    if (code === "ERR_INTERNAL") log.error({ ...fields, error: refusal.cause }, "request failed");
    // An outage, whose lines the log counts by its cause. Without one anybody may bring a refusal about, and
    // as often.
    else if (refusal.rule.retryAfterS !== undefined && refusal.cause instanceof Error)
      log.warn({ ...fields, error: refusal.cause }, "request refused for now");
    else writeRefusal({ requestId, code, reason, address });
  }

  return {
    /** To be notified of each request that was routed. */
    routed(request: FastifyRequest): void {
      if (isCallback(request)) elsewhere.delete(request.raw.socket);
      else elsewhere.add(request.raw.socket);
    },

    /** Fastify's error handler. */
    request(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
      const refusal = refusalOf(error);
      if (!answered.has(request.raw.socket))
        note(refusal, { isCallback: isCallback(request), address: request.ip, requestId: request.id });
      const { status, retryAfterS } = refusal.rule;
      const { code, reason } = refusal;
      if (isCallback(request))
        inbox?.note(request, {
          outcome: "refused",
          status,
          code,
          ...(reason === undefined ? {} : { reason }),
        });
      if (retryAfterS !== undefined) reply.header("retry-after", retryAfterS);
      if (!mayStay(request.raw.socket)) reply.header("connection", "close");
      reply.code(status).send(bodyOf(refusal));
    },

    /** For what Node's parser could not make a request of. */
    socket(error: NodeJS.ErrnoException, socket: Socket): void {
      if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
      const parsed = refusalOf(error);
      const refusal = parsed.code === "ERR_INTERNAL" ? new Refusal("ERR_REQUEST_MALFORMED") : parsed;
      // Whether it was to be a callback cannot be told from what is not a request.
      const { remoteAddress: address = "" } = socket;
      const isCallback = refusal.code !== "ERR_REQUEST_MALFORMED" && !elsewhere.has(socket);
      note(refusal, { isCallback, address });
      answered.add(socket);
      const { status } = refusal.rule;
      const body = JSON.stringify(bodyOf(refusal));
      const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json`;
      socket.end(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    },
  };
}

/** Routed to the callback's route, which takes POST only. */
function isCallback(request: FastifyRequest): boolean {
  return request.routeOptions?.url === callbackPath && request.method === "POST";
}

function bodyOf({ code, message }: Refusal) {
  return { error: { code, message } };
}
