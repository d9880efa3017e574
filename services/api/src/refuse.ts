// Answers a problem as RFC 9457 says, counts it, and writes a line about it, of many alike some: no secret,
// no echo of what was sent.

import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { createRefusalLog } from "@fleetkeeper/runtime";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ApiMetrics } from "./metrics.ts";
import { problemOf } from "./problem-of.ts";
import { bodyOf, Problem } from "./problems.ts";

const contentType = "application/problem+json";

export function createRefuse(log: Log, metrics: ApiMetrics) {
  const writeRefusal = createRefusalLog(log);
  return {
    /** Fastify's error handler. */
    request(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
      const problem = problemOf(error);
      const { code, status, retryAfterMs } = problem;
      metrics.problems.inc({ code });
      const fields = { requestId: request.id, keyId: request.key?._id, code, address: request.ip };
      if (code === "ERR_INTERNAL") log.error({ ...fields, error: problem.cause }, "request failed");
      else if (status >= 500 && problem.cause instanceof Error)
        log.warn({ ...fields, error: problem.cause }, "request refused for now");
      else writeRefusal(fields);
      if (retryAfterMs !== undefined)
        reply.header("retry-after", Math.max(1, Math.ceil(retryAfterMs / 1_000)));
      if (status === 401) reply.header("www-authenticate", 'Bearer realm="fleetkeeper"');
      // A text: the schemas of answers are not asked about it.
      reply
        .code(status)
        .type(contentType)
        .serializer((body: string) => body)
        .send(JSON.stringify(bodyOf(problem, request.id)));
    },

    /** For what Node's parser could not make a request of. */
    socket(error: NodeJS.ErrnoException, socket: Socket): void {
      if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
      const problem = new Problem("ERR_REQUEST_INVALID", { detail: "This is not an HTTP request" });
      metrics.problems.inc({ code: problem.code });
      const body = JSON.stringify(bodyOf(problem, crypto.randomUUID()));
      const head = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nconnection: close\r\ncontent-type: ${contentType}`;
      socket.end(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    },
  };
}
