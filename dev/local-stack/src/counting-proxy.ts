// An outbound HTTP proxy that counts, as a company has one.

import { createServer, request as forward } from "node:http";
import { type AddressInfo, connect } from "node:net";

export interface CountingProxy {
  /** `host:port`. */
  address: string;
  /**
   * `METHOD url`, with the proxy's password if one came, for `http:`; `CONNECT host:port` for the tunnels of
   * `https:`.
   */
  seen: string[];
  close(): void;
}

export async function startCountingProxy(): Promise<CountingProxy> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim());
    const { method, headers } = request;
    const outgoing = forward(String(request.url), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on("error", () => response.destroy());
    request.pipe(outgoing);
  });
  server.on("connect", (request, socket) => {
    seen.push(`CONNECT ${request.url}`);
    const [host, port] = String(request.url).split(":");
    const outgoing = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      outgoing.pipe(socket).pipe(outgoing);
    });
    outgoing.on("error", () => socket.destroy());
    socket.on("error", () => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
