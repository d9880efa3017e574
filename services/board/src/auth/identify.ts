// Finds out who sent a request: by the session's cookie, else by HTTP Basic.

import type { FastifyReply, FastifyRequest } from "fastify";
import { basicCredentialsOf } from "./basic.ts";
import type { BoardCookie } from "./cookies.ts";
import type { EndedSessions } from "./ended-sessions.ts";
import type { Identity } from "./identity.ts";
import type { Session, Sessions } from "./sessions.ts";
import type { TryPassword } from "./try-password.ts";

declare module "fastify" {
  interface FastifyRequest {
    identity: Identity | undefined;
    session: Session | undefined;
  }
}

/** Sets `identity` and, for a browser, `session` of the request. */
export type Identify = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** The function throws ERR_WRONG_PASSWORD and ERR_TOO_MANY_TRIES for wrong HTTP Basic credentials. */
export function createIdentify(options: {
  sessions: Sessions;
  endedSessions: EndedSessions;
  cookie: BoardCookie;
  tryPassword: TryPassword;
}): Identify {
  const { sessions, endedSessions, cookie, tryPassword } = options;

  async function sessionOf(request: FastifyRequest): Promise<Session | undefined> {
    const text = request.cookies[cookie.name];
    const session = text === undefined ? undefined : await sessions.read(text);
    return session === undefined || (await endedSessions.has(session)) ? undefined : session;
  }

  return async (request, reply) => {
    const session = await sessionOf(request);
    if (session !== undefined) {
      request.session = session;
      request.identity = session.identity;
      if (sessions.isStale(session))
        reply.setCookie(cookie.name, await sessions.write(sessions.renew(session)), cookie.options);
      return;
    }
    const credentials = basicCredentialsOf(request.headers.authorization);
    if (credentials !== undefined)
      request.identity = await tryPassword(request, credentials.name, credentials.password);
  };
}
