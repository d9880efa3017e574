import { createServer } from "node:http";
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { listening, sender } from "./world.ts";

/**
 * Answers the first request of each connection and closes the connection when the second one has come: what a
 * server does whose own idle time-out ends just then. `received` counts the requests that it read.
 */
async function closingServer() {
  const answered = new WeakSet<Socket>();
  const received: string[] = [];
  const url = await listening(
    createServer((request, response) => {
      received.push(request.method ?? "");
      if (answered.has(request.socket)) return void request.socket.destroy();
      answered.add(request.socket);
      response.end(String(received.length));
    }),
  );
  return { url: `http://${url}/`, received };
}

test("connections are kept and used again", async () => {
  const sockets = new Set<Socket>();
  const url = await listening(
    createServer((request, response) => {
      sockets.add(request.socket);
      response.end();
    }),
  );
  const send = sender({ connections: 1 });
  for (let count = 0; count < 5; count++) await send(`http://${url}/`);
  expect(sockets.size).toBe(1);
});

test("a read whose kept connection the server closed is sent again at once: 40 of 40 are answered", async () => {
  const { url, received } = await closingServer();
  const send = sender({ connections: 1 });
  const startedAtMs = performance.now();
  for (let count = 0; count < 40; count++) expect((await send(url)).status).toBe(200);
  expect(received.length).toBeGreaterThan(40);
  expect(received.length).toBeLessThanOrEqual(80);
  expect(performance.now() - startedAtMs).toBeLessThan(5_000);
});

test("a POST is sent again only when its sender says that this does no harm", async () => {
  const { url, received } = await closingServer();
  const send = sender({ connections: 1 });
  const post = { method: "POST", body: "{}" } as const;
  await send(url, post);
  await expect(send(url, post)).rejects.toMatchObject({ code: "ERR_HTTP_NO_ANSWER" });
  expect(received).toHaveLength(2);
  await send(url, post);
  expect((await send(url, { ...post, repeatable: true })).status).toBe(200);
  expect(received).toHaveLength(5);
});

test("a server that never answers gets two tries on a kept connection, and one on a new connection", async () => {
  let answers = true;
  let count = 0;
  const url = await listening(
    createServer((request, response) => {
      count++;
      if (answers) response.end();
      else request.socket.destroy();
    }),
  );
  const send = sender({ connections: 1 });
  await send(`http://${url}/`);
  answers = false;
  await expect(send(`http://${url}/`)).rejects.toMatchObject({ code: "ERR_HTTP_NO_ANSWER" });
  expect(count).toBe(3);
  await expect(send(`http://${url}/`)).rejects.toMatchObject({ code: "ERR_HTTP_NO_ANSWER" });
  expect(count).toBe(4);
});

test("an answer that had begun is not requested again", async () => {
  let count = 0;
  const url = await listening(
    createServer((_request, response) => {
      if (++count === 1) return void response.end();
      response.writeHead(200, { "content-length": 10 }).write("half");
      setImmediate(() => response.destroy());
    }),
  );
  const send = sender({ connections: 1 });
  await send(`http://${url}/`);
  await expect(send(`http://${url}/`)).rejects.toMatchObject({ code: "ERR_HTTP_NO_ANSWER" });
  expect(count).toBe(2);
});
