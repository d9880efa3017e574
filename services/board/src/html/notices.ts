// What an action came to, carried to the page that is shown after it, and shown once.

import type { CookieSerializeOptions } from "@fastify/cookie";
import type { FastifyReply, FastifyRequest } from "fastify";

const maxLength = 500;

export interface Notices {
  leave(reply: FastifyReply, text: string): void;
  /** The notice that was left for this browser, if any. */
  take(request: FastifyRequest, reply: FastifyReply): string | undefined;
}

export function createNotices(cookieOfNotice: { name: string; options: CookieSerializeOptions }): Notices {
  const { name, options } = cookieOfNotice;
  return {
    leave(reply, text) {
      reply.setCookie(name, text.slice(0, maxLength), options);
    },
    take(request, reply) {
      const cookie = request.cookies[name];
      if (cookie === undefined) return undefined;
      reply.clearCookie(name, options);
      const { valid, value } = request.unsignCookie(cookie);
      return valid ? (value ?? undefined) : undefined;
    },
  };
}
