// Sends an answer whole, or only as much of it as a fault lets through.
import type { FastifyReply } from "fastify";
import type { Answer } from "./answers.ts";

export function deliver(
  reply: FastifyReply,
  answer: Answer | undefined,
  how: "whole" | "cut" | "cut-body" | "hang",
): FastifyReply {
  if (answer && how === "whole") {
    return reply
      .code(answer.status)
      .headers({ ...answer.headers, "content-type": answer.contentType })
      .send(bytesOf(answer));
  }
  reply.hijack();
  if (!answer || how === "cut") {
    reply.raw.destroy();
    return reply;
  }
  const bytes = bytesOf(answer);
  reply.raw.writeHead(answer.status, {
    ...answer.headers,
    "content-type": answer.contentType,
    "content-length": bytes.length,
  });
  reply.raw.write(bytes.subarray(0, bytes.length / 2), () => {
    if (how === "cut-body") reply.raw.destroy();
  });
  return reply;
}

/** As they go over the wire. */
export function bytesOf({ body }: Answer): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}
