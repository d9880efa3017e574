// A server that answers as told, and one request to it.

import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import {
  type ConnectionsOptions,
  createConnections,
  type OutboundRequest,
  sendOutbound,
} from "../src/index.ts";

/** Listens until the end of the test; gives its address. */
export async function listening(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function serverOf(listener: RequestListener): Promise<string> {
  return `http://${await listening(createServer(listener))}/`;
}

export function sender(options?: ConnectionsOptions) {
  const connections = createConnections(options);
  onTestFinished(() => connections.close());
  return (url: string, how: Partial<OutboundRequest> = {}) =>
    sendOutbound(connections.dispatcher, { url, timeoutMs: 3_000, bodyLimitBytes: 65_536, ...how });
}
