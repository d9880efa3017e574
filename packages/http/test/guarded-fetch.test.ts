import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type LookupFunction } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { publicOnly } from "../src/guarded-fetch.ts";
import { checkGuardedAddress, createGuardedFetch, type GuardedFetchOptions } from "../src/index.ts";
import { listening, serverOf } from "./world.ts";

function guarded(options: Partial<GuardedFetchOptions> = {}) {
  const send = createGuardedFetch({ allowPrivate: false, timeoutMs: 3_000, maxBytes: 1_000, ...options });
  onTestFinished(() => send.close());
  return send;
}

/** Names that lead to these addresses, one list for each question in turn; the last one stays. */
function resolver(...answers: string[][]): LookupFunction {
  return (_name, _options, callback) => {
    const addresses = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
}

/** Counts who connects, by whatever protocol. */
async function countingServer() {
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  return { port, connections: () => connections };
}

test("an address of this machine is not even connected to, in any notation", async () => {
  const { port, connections } = await countingServer();
  const send = guarded();
  const hosts = ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "[::1]", "[::]"];
  for (const host of [...hosts, "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "localhost"])
    await expect(send(`https://${host}:${port}/`), host).rejects.toMatchObject({
      code: "ERR_HTTP_ADDRESS_REFUSED",
      remedy: "never",
      message: "the host has no address on the public Internet",
    });
  expect(connections()).toBe(0);
});

test("a name is refused when it leads to a private address, also when it led elsewhere before", async () => {
  const { port, connections } = await countingServer();
  const send = guarded({
    lookup: resolver(["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["10.0.0.1", "127.0.0.1"]),
  });
  for (let time = 0; time < 5; time += 1)
    await expect(send(`https://rebinding.test:${port}/`)).rejects.toMatchObject({
      code: "ERR_HTTP_ADDRESS_REFUSED",
    });
  expect(connections()).toBe(0);
});

test("of a name's addresses only the public ones are left to connect to", async () => {
  const mixed = publicOnly(resolver(["127.0.0.1", "93.184.215.14", "fd00::1", "2606:4700::1"]));
  const all = await new Promise((resolve) =>
    mixed("mixed.test", { all: true }, (_error, found) => resolve(found)),
  );
  expect(all).toEqual([
    { address: "93.184.215.14", family: 4 },
    { address: "2606:4700::1", family: 6 },
  ]);
  const one = await new Promise((resolve) => mixed("mixed.test", {}, (_error, ...found) => resolve(found)));
  expect(one).toEqual(["93.184.215.14", 4]);
});

test.each([
  ["http://example.com/", "the address does not begin with https://"],
  ["ftp://example.com/", "the address does not begin with https://"],
  ["file:///etc/passwd", "the address does not begin with https://"],
  ["https://user:secret@example.com/", "the address holds a user or a password"],
  ["https://user@example.com/", "the address holds a user or a password"],
  ["example.com", "the address is not a URL"],
  ["", "the address is not a URL"],
])("%j is refused, and said why", async (url, message) => {
  await expect(guarded()(url)).rejects.toMatchObject({ code: "ERR_HTTP_URL_REFUSED", message });
});

test("where private addresses are allowed, http goes to them, and a user still goes nowhere", async () => {
  const url = await serverOf(echo);
  const send = guarded({ allowPrivate: true });
  expect(await send(url, { method: "POST", headers: { "x-one": "1" }, body: "ü" })).toMatchObject({
    status: 200,
    headers: { "content-type": "text/plain", "set-cookie": "a=1, b=2" },
    body: "POST / 1 ü",
    truncated: false,
  });
  await expect(send(url.replace("//", "//user@"))).rejects.toMatchObject({ code: "ERR_HTTP_URL_REFUSED" });
});

test("a longer answer is cut at its bound, and its status counts", async () => {
  const url = await serverOf((request, response) => {
    response.writeHead(500).write("x".repeat(Number(request.url?.slice(1))));
    // The rest never comes.
    if (request.url === "/1000") response.end();
  });
  const send = guarded({ allowPrivate: true });
  expect(await send(`${url}1000`)).toMatchObject({ status: 500, body: "x".repeat(1_000), truncated: false });
  expect(await send(`${url}1001`)).toMatchObject({ status: 500, body: "x".repeat(1_000), truncated: true });
});

test("a redirect is refused by name, and leads nowhere", async () => {
  const paths: (string | undefined)[] = [];
  const url = await serverOf((request, response) => {
    paths.push(request.url);
    response.writeHead(307, { location: "http://169.254.169.254/secret" }).end();
  });
  await expect(guarded({ allowPrivate: true })(url)).rejects.toMatchObject({
    code: "ERR_HTTP_REDIRECT",
    message: "the answer is a redirect (307) to http://169.254.169.254, which is not followed",
  });
  expect(paths).toEqual(["/"]);
});

test("no answer in time, half an answer, and the caller's own end each have their error", async () => {
  const url = await serverOf((request, response) => {
    if (request.url === "/cut") response.destroy();
    if (request.url === "/drip") response.write("x");
  });
  const send = guarded({ allowPrivate: true, timeoutMs: 300 });
  for (const path of ["cut", "drip", "hang"])
    await expect(send(url + path), path).rejects.toMatchObject({
      code: "ERR_HTTP_NO_ANSWER",
      remedy: "retry",
    });
  const reason = new Error("the worker stops");
  await expect(send(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test("a request is sent once, also when a kept connection broke", async () => {
  let requests = 0;
  const server = createHttpServer((_request, response) => {
    requests += 1;
    if (requests === 1) response.end("fine");
    else response.destroy();
  });
  const send = guarded({ allowPrivate: true });
  const url = `http://${await listening(server)}/`;
  expect((await send(url, { method: "POST", body: "1" })).body).toBe("fine");
  await expect(send(url, { method: "POST", body: "2" })).rejects.toMatchObject({
    code: "ERR_HTTP_NO_ANSWER",
  });
  expect(requests).toBe(2);
});

const echo: RequestListener = async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString();
  response.writeHead(200, { "content-type": "text/plain", "set-cookie": ["a=1", "b=2"] });
  response.end(`${request.method} ${request.url} ${request.headers["x-one"]} ${body}`);
};

test("an address can be looked at before anything is sent: by its scheme, and by what its name leads to now", async () => {
  const look = (url: string, allowPrivate: boolean, ...addresses: string[]) =>
    checkGuardedAddress(url, { allowPrivate, lookup: resolver(addresses) }).then(
      () => "passes",
      ({ code }: { code: string }) => code,
    );
  expect(await look("https://your.host/", false, "10.0.0.1", "1.1.1.1")).toBe("passes");
  expect(await look("https://your.host/", false, "10.0.0.1")).toBe("ERR_HTTP_ADDRESS_REFUSED");
  expect(await look("https://[::1]/", false)).toBe("ERR_HTTP_ADDRESS_REFUSED");
  expect(await look("http://your.host/", false, "1.1.1.1")).toBe("ERR_HTTP_URL_REFUSED");
  expect(await look("http://your.host/", true, "10.0.0.1")).toBe("passes");
  const unknown: LookupFunction = (_name, _options, callback) =>
    callback(Object.assign(new Error("no such name"), { code: "ENOTFOUND" }), "");
  await checkGuardedAddress("https://your.host/", { allowPrivate: false, lookup: unknown });
});
