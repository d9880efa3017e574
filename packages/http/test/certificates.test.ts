import { createServer } from "node:https";
import type { TLSSocket } from "node:tls";
import { expect, test } from "vitest";
import { privateAuthority } from "./authority.ts";
import { sendInProcess } from "./send-in-process.ts";
import { listening } from "./world.ts";

test("a server of a private authority is trusted with NODE_EXTRA_CA_CERTS, and not without", async () => {
  const { open, path } = privateAuthority();
  const address = await listening(createServer(open, (_request, response) => void response.end("trusted")));
  const url = `https://${address}/`;
  expect(await sendInProcess(url, {}, path)).toBe("trusted");
  expect(await sendInProcess(url)).toMatch(/^ERR_HTTP_NO_ANSWER .*(SELF_SIGNED|UNABLE_TO_)/);
});

test("a server that asks for a client's certificate gets the configured one", async () => {
  const { closed, client, path } = privateAuthority();
  const server = createServer(closed, (request, response) => {
    response.end(String((request.socket as TLSSocket).getPeerCertificate().subject.CN));
  });
  const url = `https://${await listening(server)}/`;
  expect(await sendInProcess(url, { clientCertificate: client }, path)).toBe("client");
  expect(await sendInProcess(url, {}, path)).toMatch(/^ERR_HTTP_NO_ANSWER/);
});
