import { connect } from "node:net";
import { createLog } from "@fleetkeeper/telemetry";
import { fastify } from "fastify";
import { expect, onTestFinished, test, vi } from "vitest";
import type { BoardError } from "../src/errors.ts";
import { createSendFile } from "../src/send-file.ts";

async function* endless() {
  for (;;) yield `${"x".repeat(1_000_000)}\n`;
}

test("a download that the client stops reading frees its place, and one user may have half of the places", async () => {
  const server = fastify({ forceCloseConnections: true });
  onTestFinished(() => server.close());
  const sendFile = createSendFile({
    total: 2,
    log: createLog({ service: "test", level: "silent" }),
    idleMs: 1_000,
  });
  server.decorateRequest("identity");
  server.setErrorHandler((error: BoardError, _request, reply) => reply.code(error.statusCode).send());
  server.get<{ Params: { user: string } }>("/:user", (request, reply) => {
    request.identity = { user: request.params.user, role: "viewer" };
    sendFile(request, reply, { lines: endless(), format: "csv", name: "a/b" });
  });
  const url = new URL(await server.listen({ port: 0 }));
  const stall = async (user: string) => {
    const socket = connect(Number(url.port), url.hostname);
    // The server may close it before the test does.
    socket.on("error", () => undefined);
    onTestFinished(() => void socket.destroy());
    socket.write(`GET /${user} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const head = await new Promise<string>((resolve) => socket.once("data", (data) => resolve(`${data}`)));
    socket.pause();
    return head;
  };
  expect(await stall("one")).toContain('filename="a_b.csv"');
  expect((await fetch(new URL("/one", url))).status).toBe(503);
  expect(await stall("two")).toContain("200 OK");
  expect((await fetch(new URL("/three", url))).status).toBe(503);
  await vi.waitFor(async () => expect(await stall("one")).toContain("200 OK"), 20_000);
});
