// The gate before every route: closed unless the user is logged in, came from our own pages, and has the
// role.

import { createIsAmong, guardConnections } from "@fleetkeeper/runtime";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { BoardError } from "../errors.ts";
import type { SendError } from "../send-error.ts";
import type { Identify } from "./identify.ts";
import { changesSomething, isSameOrigin } from "./same-origin.ts";

/**
 * Whole routes and folders of routes that need no login. All others do, unknown addresses
 * included.
 */
const openRoutes = ["/livez", "/readyz", "/login"];
const openFolders = ["/login/", "/assets/"];

/** Of all clients, of one, and how long one may stay silent before its first request. */
const connections = { total: 2_000, perAddress: 500, firstRequestMs: 10_000 };

/** What a viewer may send although it changes something. */
const viewerRoutes = ["/login", "/logout"];

/**
 * Adds the gate. Routes and plugins that read `identity` come after it. The connection of a user who is
 * logged in may stay open, any other ends with its answer.
 */
export function addGate(
  server: FastifyInstance,
  options: {
    identify: Identify;
    sendError: SendError;
    publicOrigin: string | undefined;
    trustedProxies: readonly string[];
  },
): void {
  const { identify, sendError, publicOrigin, trustedProxies } = options;
  const guard = guardConnections(server.server, connections, { isProxy: createIsAmong(trustedProxies) });
  server.decorateRequest("identity", undefined);
  server.decorateRequest("session", undefined);
  server.addHook("onRequest", async (request, reply) => {
    try {
      if (!isProbe(request)) await identify(request, reply);
      if (request.identity !== undefined) guard.noteVerified(request.raw.socket);
      admit(request, publicOrigin);
    } catch (error) {
      // Not thrown: a plugin's own error handler would answer in its own words.
      return sendError(error, request, reply);
    }
  });
  server.addHook("onSend", async (request, reply) => {
    if (!guard.mayStay(request.raw.socket)) reply.header("connection", "close");
  });
}

function admit(request: FastifyRequest, publicOrigin: string | undefined): void {
  const route = request.routeOptions.url ?? "";
  if (request.identity === undefined && !isOpen(route)) throw new BoardError("ERR_NOT_LOGGED_IN");
  if (!changesSomething(request)) return;
  const hasBasicCredentials = request.identity !== undefined && request.session === undefined;
  if (!isSameOrigin(request, { hasBasicCredentials, publicOrigin }))
    throw new BoardError("ERR_FORGED_REQUEST");
  if (request.identity?.role !== "operator" && !viewerRoutes.includes(route) && !isOpen(route))
    throw new BoardError("ERR_READ_ONLY_ROLE");
}

function isOpen(route: string): boolean {
  return openRoutes.includes(route) || openFolders.some((folder) => route.startsWith(folder));
}

function isProbe(request: FastifyRequest): boolean {
  return ["/livez", "/readyz"].includes(request.routeOptions.url ?? "");
}

/**
 * A hook of a route: keeps a viewer from pages that only lead to a change.
 *@throws ERR_READ_ONLY_ROLE
 */
export async function operatorsOnly(request: FastifyRequest): Promise<void> {
  if (request.identity?.role !== "operator") throw new BoardError("ERR_READ_ONLY_ROLE");
}
