// The HTTP server without its routes: how bodies are read, and what failures look like.
import Fastify, { type FastifyInstance } from "fastify";
import { apiError } from "./answers.ts";

export function buildServer(): FastifyInstance {
  const server = Fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 200 } });
  server.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, body, done) => {
      done(null, new URLSearchParams(String(body)));
    },
  );
  server.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    return reply.code(status).send(apiError(status, error.message).body);
  });
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(apiError(404, "Nothing is here.").body),
  );
  return server;
}
