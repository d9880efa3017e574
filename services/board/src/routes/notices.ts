// What an action came to, carried to the page that is shown after it, and shown once.

import type { FastifyReply, FastifyRequest } from "fastify";
import type { BoardCookies } from "../auth/cookies.ts";

const longest = 500;

export interface Notices {
  leave(reply: FastifyReply, text: string): void;
  /** The notice that was left for this browser, if any. */
  take(request: FastifyRequest, reply: FastifyReply): string | undefined;
}

export function createNotices({ notice }: BoardCookies): Notices {
  return {
    leave(reply, text) {
      reply.setCookie(notice.name, text.slice(0, longest), notice.options);
    },
    take(request, reply) {
      const cookie = request.cookies[notice.name];
      if (cookie === undefined) return undefined;
      reply.clearCookie(notice.name, notice.options);
      const { valid, value } = request.unsignCookie(cookie);
      return valid ? (value ?? undefined) : undefined;
    },
  };
}
