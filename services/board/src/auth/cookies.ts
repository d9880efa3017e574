// The board's cookies: names, and how far each reaches.

import type { CookieSerializeOptions } from "@fastify/cookie";
import type { FastifyInstance } from "fastify";

export interface BoardCookie {
  name: string;
  options: CookieSerializeOptions;
}

export type BoardCookies = ReturnType<typeof createCookies>;

/**
 * `lax`, not `strict`: a link in an alert must open the board of a logged-in user. What changes
 * something is guarded besides (`same-origin.ts`). With `secure` the names have the `__Host-` prefix (RFC
 * 6265bis, section 4.1.3.2).
 */
export function createCookies(secure: boolean) {
  const prefix = secure ? "__Host-" : "";
  const base = { path: "/", httpOnly: true, secure, sameSite: "lax" } as const;
  return {
    session: { name: `${prefix}fleetkeeper`, options: base },
    csrf: { name: `${prefix}fleetkeeper-csrf`, options: { ...base, sameSite: "strict", signed: true } },
    /** What the last action came to, for the page after it. */
    notice: {
      name: `${prefix}fleetkeeper-notice`,
      options: { ...base, sameSite: "strict", signed: true, maxAge: 60 },
    },
    /** Marks a browser that has logged in before: its tries are counted apart from those of its address. */
    knownBrowser: {
      name: `${prefix}fleetkeeper-browser`,
      options: { ...base, sameSite: "strict", signed: true, maxAge: 180 * 24 * 60 * 60 },
    },
    /** A login on its way to the OpenID provider; `lax`, since the way back is a link from elsewhere. */
    oidcTry: { name: `${prefix}fleetkeeper-oidc`, options: { ...base, maxAge: 10 * 60 } },
  } satisfies Record<string, BoardCookie>;
}

/**
 * Where the configuration allows cookies by plain HTTP, those of a visitor whose way here begins with TLS
 * have `Secure` all the same. The header is enough, since a client that sets it without reason harms only its
 * own cookies.
 */
export function addSecureBehindTls(server: FastifyInstance): void {
  server.addHook("onSend", async (request, reply) => {
    if (!/^https\b/i.test(String(request.headers["x-forwarded-proto"] ?? request.protocol))) return;
    const cookies = [reply.getHeader("set-cookie") ?? []].flat().map(String);
    if (cookies.length === 0) return;
    reply.removeHeader("set-cookie");
    reply.header(
      "set-cookie",
      cookies.map((cookie) => (/;\s*secure\b/i.test(cookie) ? cookie : `${cookie}; Secure`)),
    );
  });
}
