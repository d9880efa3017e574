// Keeps a web page from reaching the simulator under a name of its own (DNS rebinding): to the browser that
// is the page's own origin.
import { isIP } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import { apiError } from "./answers.ts";

/**
 * An attacker cannot point addresses and names without a domain elsewhere, nor those of the two domains that
 * stay inside.
 */
export async function requireOwnHost({ hostname }: FastifyRequest, reply: FastifyReply): Promise<void> {
  const name = hostname.replace(/^\[|\]$/g, "");
  const isOwn = isIP(name) !== 0 || !name.includes(".") || /\.(?:localhost|internal)$/i.test(name);
  if (!isOwn) await reply.code(421).send(apiError(421, "This host name is not the simulator's.").body);
}
