// Templates: tagged literals that escape whatever is put into them, by `hono/html`.

import type { FastifyReply } from "fastify";
import { html } from "hono/html";

export { html };

/** Markup that is safe to put into other markup. Only `html` makes it. */
export type Html = ReturnType<typeof html>;

export async function sendPage(reply: FastifyReply, page: Html): Promise<FastifyReply> {
  return reply.type("text/html; charset=utf-8").send(String(await page));
}
