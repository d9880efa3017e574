// Closing without hanging and without loss. Node.js closes the connections that are idle when it is asked to,
// but not those that become idle later, and it stops enforcing its request time-outs
// (https://nodejs.org/api/http.html#serverclosecallback). And a connection that looks idle may have a request
// on its way, whose sender would not learn what became of it.

import type { Server } from "node:http";
import { setImmediate, setTimeout } from "node:timers/promises";
import type { FastifyInstance } from "fastify";

/** Who sends a request meanwhile is answered with `Connection: close`, and opens its next one elsewhere. */
const farewellMs = 200;
const sweepMs = 100;

/**
 * What is in progress may end within `graceMs` of `app.close()`; then every connection is closed. Requests
 * that arrive before the idle connections are closed are answered. `app` needs `return503OnClosing: false`.
 */
export function closeGracefully(app: FastifyInstance, graceMs: number): void {
  app.addHook("preClose", async () => {
    const { server } = app;
    if (!server.listening) return;
    await sayFarewell(server);
    const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
    const end = globalThis.setTimeout(() => server.closeAllConnections(), graceMs);
    server.once("close", () => {
      clearInterval(sweep);
      clearTimeout(end);
    });
  });
}

async function sayFarewell(server: Server): Promise<void> {
  for (let leftMs = farewellMs; leftMs > 0 && (await hasConnections(server)); leftMs -= 20)
    await setTimeout(Math.min(leftMs, 20));
  // The event loop reads what has arrived before it comes here, and what it has read is no longer idle.
  await setImmediate();
}

const hasConnections = (server: Server) =>
  new Promise<boolean>((resolve) => server.getConnections((_error, count) => resolve(count > 0)));
