// Templates: tagged literals that escape all values, by `hono/html`.

import type { FastifyReply } from "fastify";
import { html } from "hono/html";
import { belowBasePath } from "./base-path.ts";

export { html };

/** Markup that is safe to put into other markup. Only `html` makes it. */
export type Html = ReturnType<typeof html>;

/** An element with a part of a page in it, which `assets/live.js` replaces when the server says so. */
export function livePart({ id, html: content }: { id: string; html: Html }): Html {
  return html`<div id="${id}">${content}</div>`;
}

export async function sendPage(reply: FastifyReply, page: Html): Promise<FastifyReply> {
  return reply
    .type("text/html; charset=utf-8")
    .send(belowBasePath(String(await page), reply.server.basePath));
}
