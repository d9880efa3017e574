// Everything that the services reach by HTTP, as one proxy: it hands on to the simulator, or quotes each
// request in its refusal.

import { createServer, request as forward, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answering, type TestRequest } from "@fleetkeeper/test-worlds";
import { onTestFinished } from "vitest";

/** Ends with the test. */
export async function startAdversary() {
  /** By a part of the URL: the status that quotes a request. Other requests are forwarded. */
  const refusing = new Map<string, number>();
  /** `METHOD path status` of what was refused. */
  const refused: string[] = [];

  function answer(request: TestRequest, response: ServerResponse): void {
    const url = new URL(request.url, `http://${request.headers.host}`);
    const status = [...refusing].find(([part]) => url.href.includes(part))?.[1];
    if (status === undefined && url.pathname.startsWith(oidcPath))
      return void response.end(JSON.stringify(metadataOf(`${addressOf(server)}${oidcPath}`)));
    if (status === undefined) return void handOn(url, request, response);
    refused.push(`${request.method} ${url.pathname} ${status}`);
    const quoted = JSON.stringify([request.url, request.headers, request.rawHeaders, request.body]);
    response.writeHead(status, {
      "content-type": "application/json",
      "www-authenticate": `Basic realm=${JSON.stringify(String(request.headers.authorization))}`,
      "proxy-authenticate": "Basic",
      location: `http://elsewhere.test/?${encodeURIComponent(quoted)}`,
    });
    response.end(
      JSON.stringify({
        error: "unauthorized_client",
        error_description: quoted,
        message: quoted,
        errors: [{ message: quoted }],
      }),
    );
  }

  const server = createServer(answering(answer));
  server.on("connect", (_request, socket) => {
    socket.on("error", () => undefined);
    socket.end("HTTP/1.1 407 No\r\n\r\n");
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = addressOf(server);
  return { url, issuer: `${url}${oidcPath}`, refusing, refused };
}

const oidcPath = "/oidc";

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function metadataOf(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
  };
}

function handOn(url: URL, { method, headers, body }: TestRequest, response: ServerResponse): void {
  const { "proxy-authorization": _, ...handed } = headers;
  const outgoing = forward(url, { method, headers: handed }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on("error", () => response.destroy());
  outgoing.end(body);
}
