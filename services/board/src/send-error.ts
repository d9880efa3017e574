// Turns an error into an answer: a page for a person's browser, JSON `{error: {code, message}}` for
// everything else.

import { JobsError } from "@fleetkeeper/jobs";
import { OperatorError, WrongStateError } from "@fleetkeeper/operator";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyReply, FastifyRequest } from "fastify";
import { BoardError, isBoardError, isOidcError } from "./errors.ts";
import { errorPage } from "./html/error-page.ts";
import { sendPage } from "./html/html.ts";
import { accountPath } from "./html/paths.ts";
import { capitalised } from "./html/words.ts";

export type SendError = (
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<FastifyReply>;

/** Sends the login page in place of the page asked for; the status is set already. */
export type ShowLogin = (
  request: FastifyRequest,
  reply: FastifyReply,
  message: string | undefined,
) => Promise<FastifyReply>;

export function createSendError(options: { log: Log; showLogin: ShowLogin }): SendError {
  const { log, showLogin } = options;
  return async (error, request, reply) => {
    const answer = answerOf(error);
    if (answer.status >= 500) log.error({ error, route: request.routeOptions.url }, "request failed");
    reply.code(answer.status);
    if (error instanceof BoardError && error.retryAfterMs !== undefined)
      reply.header("retry-after", String(Math.ceil(error.retryAfterMs / 1_000)));
    if (answer.status === 401) reply.header("www-authenticate", challengeFor(request));
    if (!wantsPage(request)) return reply.send({ error: { code: answer.code, message: answer.message } });
    if (isAboutLogin(error, request))
      return showLogin(request, reply, isBoardError(error, "ERR_NOT_LOGGED_IN") ? undefined : answer.message);
    return sendPage(reply, errorPage({ back: backOf(request), ...answer }));
  };
}

function answerOf(error: unknown): { status: number; code: string; message: string } {
  if (error instanceof BoardError)
    return { status: error.statusCode, code: error.code, message: error.message };
  if (error instanceof OperatorError)
    return {
      status: error instanceof WrongStateError ? 409 : 404,
      code: error.code,
      message: `${capitalised(error.message)}.`,
    };
  if (error instanceof JobsError)
    return {
      status: 503,
      code: error.code,
      message: "Redis does not answer, so nothing was started. Try again when Redis is back.",
    };
  if (isFromMongodb(error)) return answerOf(new BoardError("ERR_STORE_DOWN"));
  // Fastify's own refusals (malformed, too large, …) have a status and a code; their messages name no input.
  const { statusCode = 500, code } = error as { statusCode?: number; code?: string };
  if (code?.startsWith("FST_CSRF_")) return answerOf(new BoardError("ERR_FORGED_REQUEST"));
  return statusCode < 500
    ? { ...answerOf(new BoardError("ERR_REQUEST")), status: statusCode, ...(code && { code }) }
    : answerOf(new BoardError("ERR_INTERNAL"));
}

/** The driver's classes for a server that is not there; the store does not hide them. */
function isFromMongodb(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^Mongo(Network|NetworkTimeout|ServerSelection|NotConnected|PoolCleared)/.test(error.name)
  );
}

/** Where an error page leads back to: the account that the request was about, else the board. */
function backOf(request: FastifyRequest): { path: string; text: string } {
  if (request.identity === undefined) return { path: "/login", text: "Back to the login" };
  const { installationId } = (request.params ?? {}) as { installationId?: string };
  return installationId === undefined || !request.routeOptions.url?.includes("/do/")
    ? { path: "/", text: "Back to the board" }
    : { path: accountPath(installationId), text: "Back to the account" };
}

function isAboutLogin(error: unknown, request: FastifyRequest): boolean {
  // A page of its own, with the code: anyone who is refused hands it on.
  if (isOidcError(error)) return false;
  return (
    isBoardError(error, "ERR_NOT_LOGGED_IN") ||
    isBoardError(error, "ERR_WRONG_PASSWORD") ||
    isBoardError(error, "ERR_TOO_MANY_TRIES") ||
    (request.routeOptions.url ?? "").startsWith("/login")
  );
}

/** Not Basic for a browser: it would ask by a window of its own, over the page. */
function challengeFor(request: FastifyRequest): string {
  return request.headers["sec-fetch-site"] === undefined
    ? 'Basic realm="Fleetkeeper", charset="UTF-8"'
    : "Session";
}

function wantsPage(request: FastifyRequest): boolean {
  return (request.headers.accept ?? "").includes("text/html");
}
