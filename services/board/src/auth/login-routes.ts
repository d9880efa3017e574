// `/login` and `/logout`: the login page, with all its methods, and the start and end of a session.

import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { sendPage } from "../html/html.ts";
import type { ShowLogin } from "../send-error.ts";
import type { BoardCookies } from "./cookies.ts";
import type { EndedSessions } from "./ended-sessions.ts";
import { markOfBrowser } from "./guess-limit.ts";
import type { LoginAudit } from "./login-audit.ts";
import { type LogIn, type LoginMethod, safeNext } from "./login-method.ts";
import { loginPage } from "./login-page.ts";
import { csrfTokenFor } from "./page-state.ts";
import type { Sessions } from "./sessions.ts";

export function addLoginRoutes(
  server: FastifyInstance,
  options: {
    methods: readonly LoginMethod[];
    sessions: Sessions;
    endedSessions: EndedSessions;
    cookies: BoardCookies;
    showLogin: ShowLogin;
    loginAudit: LoginAudit;
    log: Log;
  },
): void {
  const { methods, sessions, endedSessions, cookies, showLogin, loginAudit, log } = options;

  const logIn: LogIn = async (request, reply, { identity, next, guessedAt = identity.user }) => {
    await loginAudit.loggedIn(identity.user, request.ip);
    const session = sessions.start(identity);
    reply.setCookie(cookies.session.name, await sessions.write(session), cookies.session.options);
    const { knownBrowser } = cookies;
    // Each login makes a new mark: the one of another user in the same browser is worth nothing.
    reply.setCookie(knownBrowser.name, markOfBrowser(guessedAt), knownBrowser.options);
    const { user, role, via } = identity;
    log.info({ user, role, via, address: request.ip }, "login");
    return reply.redirect(safeNext(next), 303);
  };

  server.get("/login", async (request, reply) =>
    request.identity === undefined
      ? showLogin(request, reply, undefined)
      : reply.redirect(nextOf(request), 303),
  );
  for (const method of methods) method.addRoutes(server, logIn);

  server.post("/logout", { preHandler: server.csrfProtection }, async (request, reply) => {
    if (request.identity !== undefined) await loginAudit.loggedOut(request.identity.user, request.ip);
    if (request.session !== undefined) await endedSessions.add(request.session);
    reply.clearCookie(cookies.session.name, cookies.session.options);
    log.info({ user: request.identity?.user }, "logout");
    const { identity } = request;
    const logoutPaths = methods.map((method) => identity && method.logoutPathOf?.(identity));
    return reply.redirect(logoutPaths.find((path) => path !== undefined) ?? "/login", 303);
  });
}

export function createShowLogin(methods: readonly LoginMethod[]): ShowLogin {
  return (request, reply, message) => {
    const state = { csrfToken: csrfTokenFor(request, reply), next: nextOf(request) };
    return sendPage(reply, loginPage({ parts: methods.map((method) => method.loginPart(state)), message }));
  };
}

/** Where to go after the login: what the form or the link says, or the page that was asked for. */
function nextOf(request: FastifyRequest): string {
  if (request.routeOptions.url?.startsWith("/login")) {
    const { next } = { ...(request.query as object), ...(request.body as object) } as { next?: unknown };
    return safeNext(next);
  }
  return request.method === "GET" ? safeNext(request.url) : "/";
}
