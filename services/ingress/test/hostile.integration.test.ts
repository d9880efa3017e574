import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openRaw } from "./raw-connection.ts";
import { createWebhookWorld } from "./webhooks/webhook-world.ts";

let world: Awaited<ReturnType<typeof createWebhookWorld>>;
beforeAll(async () => {
  world = await createWebhookWorld();
});
afterAll(async () => {
  expect(await world.queued()).toEqual([]);
  await world.close();
});

/** Sends bytes as they are and returns what comes back until the connection ends. */
async function sendRaw(text: string): Promise<string> {
  const { socket, received, ended } = openRaw(world.url);
  socket.write(text);
  await ended;
  return received();
}

async function head(lines: string[]): Promise<string> {
  const token = await world.simulator.signCallbackToken();
  const usual = [
    "host: x",
    "content-type: application/json",
    `trackunit-identity: ${token}`,
    "connection: close",
  ];
  return `POST /appinstall HTTP/1.1\r\n${[...usual, ...lines].join("\r\n")}\r\n\r\n`;
}

function expectRefused(answers: string, status: number, code: string): void {
  expect(answers).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  const body = answers.slice(answers.indexOf("\r\n\r\n") + 4);
  expect(JSON.parse(body)).toEqual({ error: { code, message: expect.any(String) } });
}

test.each([
  [
    "both a length and chunks",
    ["content-length: 5", "transfer-encoding: chunked"],
    "0\r\n\r\nPOST /appinstall",
  ],
  ["chunks spelled otherwise", ["transfer-encoding: xchunked"], "0\r\n\r\n"],
  ["two encodings", ["transfer-encoding: chunked, identity"], "0\r\n\r\n"],
  ["two lengths", ["content-length: 2", "content-length: 3"], "{}"],
  ["a negative length", ["content-length: -1"], "{}"],
  ["a length with a sign", ["content-length: +2"], "{}"],
  ["a length that is no number", ["content-length: 2x"], "{}"],
  ["a chunk of a size that is no number", ["transfer-encoding: chunked"], "zz\r\n{}\r\n0\r\n\r\n"],
  ["a chunk longer than it says", ["transfer-encoding: chunked"], "1\r\n{}\r\n0\r\n\r\n"],
  ["a space before the colon", ["content-length : 2"], "{}"],
  ["a folded header", ["x: 1\r\n 2", "content-length: 2"], "{}"],
  ["a bare line feed", ["x: 1\n\ny: 2", "content-length: 2"], "{}"],
  ["a zero byte in a header", ["x: \0", "content-length: 2"], "{}"],
])("a request with %s is refused with 400", async (_what, lines, body) => {
  expectRefused(await sendRaw((await head(lines)) + body), 400, "ERR_REQUEST_MALFORMED");
});

test("a request that hides in the body of another is not read as one", async () => {
  const hidden = `POST /appinstall HTTP/1.1\r\nhost: x\r\n\r\n`;
  const answers = await sendRaw((await head([`content-length: ${hidden.length}`])) + hidden);
  expectRefused(answers, 400, "ERR_BODY_MALFORMED");
});

test("a token in two headers is refused", async () => {
  const token = await world.simulator.signCallbackToken();
  const body = world.bodyOf();
  const lines = [`trackunit-identity: ${token}`, `content-length: ${body.length}`];
  expectRefused(await sendRaw((await head(lines)) + body), 401, "ERR_IDENTITY_MALFORMED");
});

test("a token anywhere but in its header counts for nothing", async () => {
  const token = await world.simulator.signCallbackToken();
  const places = [
    { authorization: `Bearer ${token}` },
    { cookie: `Trackunit-Identity=${token}` },
    { "x-trackunit-identity": token },
    { trackunit_identity: token },
  ];
  const json = { "content-type": "application/json" };
  for (const headers of places)
    expect(await world.post(world.bodyOf({ token }), { ...json, ...headers })).toMatchObject({
      status: 401,
      code: "ERR_IDENTITY_MISSING",
    });
});

test.each([
  ["not signed", { algorithm: "none" }, "MALFORMED"],
  ["signed with the public key as a secret", { algorithm: "HS256" }, "ALGORITHM"],
  ["signed by an unpublished key", { unpublishedKey: true }, "SIGNATURE"],
  ["of an unknown kid", { kid: "../../etc/passwd" }, "UNKNOWN_KEY"],
  ["expired", { expiresInS: -31, issuedAt: null }, "EXPIRED"],
  ["too old", { expiresInS: null, issuedAt: new Date(Date.now() - 340_000) }, "EXPIRED"],
  ["of the future", { issuedAt: new Date(Date.now() + 60_000) }, "CLAIM"],
] as const)("a token %s is refused with 401", async (_what, how, code) => {
  const token = await world.simulator.signCallbackToken({}, how);
  expect(await world.callback({ token })).toMatchObject({ status: 401, code: `ERR_IDENTITY_${code}` });
});

test("headers above 16 KiB are refused with 431", async () => {
  expectRefused(await sendRaw(await head([`x: ${"x".repeat(16_384)}`])), 431, "ERR_HEADERS_TOO_LARGE");
});

test("what is not HTTP at all is refused", async () => {
  for (const bytes of [
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "GET\r\n\r\n",
  ])
    expectRefused(await sendRaw(bytes), 400, "ERR_REQUEST_MALFORMED");
});

test("a request without a host, or by another method, is refused", async () => {
  expect(await sendRaw("POST /appinstall HTTP/1.1\r\nconnection: close\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
  expect(await sendRaw("TRACE /appinstall HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).toMatch(
    /^HTTP\/1.1 4/,
  );
  expect(await sendRaw("OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).toMatch(/^HTTP\/1.1 4/);
});

test("a body that trickles in is cut off with 408 after ten seconds, a callback's as a webhook's", async () => {
  const webhook = await world.addEndpoint();
  const [callback, delivery] = [openRaw(world.url), openRaw(world.url)];
  callback.socket.write(`${await head(["content-length: 1000"])}{`);
  const seconds = Math.floor(Date.now() / 1_000);
  delivery.socket.write(
    `POST ${webhook.path} HTTP/1.1\r\nhost: x\r\nsvix-id: a\r\nsvix-timestamp: ${seconds}\r\nsvix-signature: v1,a\r\ncontent-length: 1000\r\n\r\n{`,
  );
  const trickle = setInterval(() => {
    for (const { socket } of [callback, delivery]) socket.write(" ");
  }, 500);
  const startedAtMs = performance.now();
  await Promise.all([callback.ended, delivery.ended]);
  clearInterval(trickle);
  expect(performance.now() - startedAtMs).toBeLessThan(13_000);
  for (const { received } of [callback, delivery]) expectRefused(received(), 408, "ERR_REQUEST_TIMEOUT");
  expect(await countOf("ERR_REQUEST_TIMEOUT")).toBe(1);
  expect(await world.deliveries()).toEqual([]);
  await vi.waitFor(
    async () =>
      expect(await world.refusals(webhook.endpointId)).toMatchObject({
        byReason: { ERR_REQUEST_ABORTED: 1 },
      }),
    20_000,
  );
  expect(world.logged()).not.toContain("webhook failed");
});

test("a sender that gives up in the middle leaves nothing behind but a count", async () => {
  const { socket, received, ended } = openRaw(world.url);
  socket.write(await head(["content-length: 1000", "expect: 100-continue"]));
  await expect.poll(received).toContain("100 Continue");
  socket.resetAndDestroy();
  await ended;
  await expect.poll(() => countOf("ERR_REQUEST_ABORTED")).toBe(1);
});

async function countOf(result: string): Promise<number> {
  const metrics = await (await fetch(`${world.opsUrl}/metrics`)).text();
  return Number(new RegExp(`callbacks_total{result="${result}",.*} (\\d+)`).exec(metrics)?.[1] ?? 0);
}
