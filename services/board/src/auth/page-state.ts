// What a page is told about the request that it answers: who asks, and the token for its forms.

import type { FastifyReply, FastifyRequest } from "fastify";
import type { PageState } from "../html/layout.ts";

/** `path`: the page's own, for the navigation. */
export function pageStateOf(request: FastifyRequest, reply: FastifyReply, path: string): PageState {
  return { identity: request.identity, csrfToken: csrfTokenFor(request, reply), path };
}

/** A token for the forms of a page: good for this browser and this session only. */
export function csrfTokenFor(request: FastifyRequest, reply: FastifyReply): string {
  return reply.generateCsrf({ userInfo: csrfUserOf(request) });
}

/** Whom a form's token is for; the same when it is made and when it comes back. */
export function csrfUserOf(request: FastifyRequest): string {
  return request.session?.id ?? "nobody";
}
