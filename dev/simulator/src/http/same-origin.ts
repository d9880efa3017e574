// Keeps other web sites' pages from working the simulator through a developer's browser.
import type { FastifyReply, FastifyRequest } from "fastify";
import { apiError } from "./answers.ts";

/** Refuses a request that a page of another origin sent; programs send no `Origin`. */
export async function requireSameOrigin(
  { headers, host }: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { origin } = headers;
  if (origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)) return;
  await reply.code(403).send(apiError(403, "Requests from other origins are refused.").body);
}
