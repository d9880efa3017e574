// A bare connection, for requests that no HTTP client would send.

import { connect } from "node:net";

/**
 * Opens a connection; `received` is what has come back, `ended` resolves once the other side has closed it.
 */
export function openRaw(url: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  socket.on("error", () => undefined);
  const ended = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  return { socket, received: () => text, ended };
}
