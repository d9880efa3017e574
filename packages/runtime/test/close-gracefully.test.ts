// A server that closes while its clients go on sending, over real connections.

import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { fastify } from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { closeGracefully } from "../src/close-gracefully.ts";

const request = "GET / HTTP/1.1\r\nhost: here\r\n\r\n";

async function listening() {
  const app = fastify({ return503OnClosing: false });
  closeGracefully(app, 10_000);
  const entered = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  app.get("/", async () => "ok");
  app.get("/slow", async () => {
    entered.resolve();
    await release.promise;
    return "late";
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  return { app, port, entered: entered.promise, release: release.resolve };
}

/** A connection that has had one answer and stays. */
async function kept(port: number) {
  const socket = connect(port, "127.0.0.1");
  socket.write(request);
  await once(socket, "data");
  return socket;
}

test("a request that is on its way while the server closes is answered", async () => {
  const { app, port } = await listening();
  const socket = await kept(port);
  socket.write(request);
  const closed = app.close();
  expect(await text(socket)).toMatch(/^HTTP\/1.1 200 OK\r\n.*connection: close\r\n.*ok$/is);
  await closed;
});

test("a connection that comes while the server says farewell is answered, and not kept", async () => {
  const { app, port } = await listening();
  await kept(port);
  const closed = app.close();
  const socket = connect(port, "127.0.0.1");
  socket.write(request);
  expect(await text(socket)).toMatch(/^HTTP\/1.1 200 OK\r\n.*connection: close\r\n.*ok$/is);
  await closed;
});

test("what is in progress ends, and a connection that becomes idle later does not keep the server open", async () => {
  const { app, port, entered, release } = await listening();
  const socket = connect(port, "127.0.0.1");
  socket.write("GET /slow HTTP/1.1\r\nhost: here\r\n\r\n");
  await entered;
  const closed = app.close();
  await expect.poll(() => app.server.listening, { timeout: 20_000 }).toBe(false);
  release();
  expect(await text(socket)).toMatch(/late$/);
  await closed;
});

test("a server without connections closes at once", async () => {
  const { app } = await listening();
  let turns = 0;
  const counting = setInterval(() => turns++, 100);
  await app.close();
  clearInterval(counting);
  expect(turns).toBeLessThan(2);
});
