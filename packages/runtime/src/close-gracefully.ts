// Closing without hanging: Node closes the connections that are idle when it is asked to, but not those that
// become idle later, and it stops enforcing its request time-outs
// (https://nodejs.org/api/http.html#serverclosecallback).

import type { FastifyInstance } from "fastify";

const sweepMs = 100;

/** What is in progress may end within `graceMs` of `app.close()`; then every connection is closed. */
export function closeGracefully(app: FastifyInstance, graceMs: number): void {
  app.addHook("preClose", async () => {
    const { server } = app;
    if (!server.listening) return;
    const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
    const end = setTimeout(() => server.closeAllConnections(), graceMs);
    server.once("close", () => {
      clearInterval(sweep);
      clearTimeout(end);
    });
  });
}
