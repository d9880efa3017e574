// The HTTP server without its routes: how bodies are read, and what failures look like.
import Fastify, { type FastifyInstance } from "fastify";
import { SimulatorError } from "../errors.ts";
import { apiErrorBody } from "./answers.ts";
import { requireOwnHost } from "./own-host.ts";

export function buildServer(): FastifyInstance {
  const server = Fastify({
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
  });
  server.addHook("onRequest", requireOwnHost);
  server.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, body, done) => {
      done(null, new URLSearchParams(String(body)));
    },
  );
  server.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof SimulatorError ? error.status : (error.statusCode ?? 500);
    const reason = error.cause instanceof Error ? ` ${error.cause.message}` : "";
    const body = apiErrorBody(status, `${error.message}${reason}`);
    return reply.code(status).send(error instanceof SimulatorError ? { ...body, code: error.code } : body);
  });
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(apiErrorBody(404, "There is nothing at this address.")),
  );
  return server;
}
