import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { exportJWK, generateKeyPair } from "jose";
import { expect, onTestFinished, test } from "vitest";
import { createKeySetFetcher } from "../src/fetch-key-set.ts";

const pair = await generateKeyPair("ES256", { extractable: true });
const good = { ...(await exportJWK(pair.publicKey)), kid: "good", use: "sig" };

/** A fetcher of a key endpoint that answers as told. */
async function setup(answer: RequestListener) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const fetcher = createKeySetFetcher(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`);
  onTestFinished(async () => {
    await fetcher.close();
    server.closeAllConnections();
    server.close();
  });
  return fetcher;
}

const json =
  (value: unknown): RequestListener =>
  (_request, response) =>
    response.end(JSON.stringify(value));
const failed = { code: "ERR_KEY_SET_FETCH", remedy: "retry" };

test("a key set is what its usable keys are", async () => {
  const shortRsa = { kty: "RSA", n: Buffer.alloc(128, 0xff).toString("base64url"), e: "AQAB", kid: "short" };
  const { fetch } = await setup(
    json({
      keys: [
        { kty: "oct", k: "c2VjcmV0", kid: "symmetric", alg: "HS256" },
        { ...good, kid: "encryption", use: "enc" },
        { ...(await exportJWK(pair.privateKey)), kid: "private" },
        { ...good, kid: "off the curve", x: good.y, y: good.x },
        { kty: "unheard-of", kid: "unknown" },
        shortRsa,
        null,
        "text",
        good,
      ],
    }),
  );
  expect(await fetch()).toEqual({ keys: [good], unreadable: ["off the curve", "unknown", "short"] });
});

test("the same key twice is one key; two keys with one kid are two", async () => {
  const other = { ...(await exportJWK((await generateKeyPair("ES256")).publicKey)), kid: "good", use: "sig" };
  const { fetch } = await setup(json({ keys: [good, { ...good }, other] }));
  expect(await fetch()).toEqual({ keys: [good, other], unreadable: [] });
});

test("optional members that are null or odd make no key unusable", async () => {
  const { use, ...bare } = good;
  const odd = { ...bare, use: null, alg: null, x5c: null, key_ops: null, ext: "true" };
  const { fetch } = await setup(json({ keys: [odd, { ...good, kid: null, key_ops: ["verify", "verify"] }] }));
  const { kid, ...nameless } = good;
  expect(await fetch()).toEqual({ keys: [bare, nameless], unreadable: [] });
});

test("a key set may come compressed and with a byte order mark", async () => {
  const { fetch } = await setup((_request, response) =>
    response.setHeader("content-encoding", "gzip").end(gzipSync(`\uFEFF${JSON.stringify({ keys: [good] })}`)),
  );
  expect(await fetch()).toMatchObject({ keys: [good] });
});

test("an endpoint that is unavailable for a time says for how long", async () => {
  const { fetch } = await setup((_request, response) =>
    response.writeHead(503, { "retry-after": "600" }).end(),
  );
  await expect(fetch()).rejects.toMatchObject({ ...failed, retryAfterMs: 600_000 });
});

const refusals: Record<string, RequestListener> = {
  "no key": json({ keys: [] }),
  "only symmetric keys": json({ keys: [{ kty: "oct", k: "c2VjcmV0", kid: "good" }] }),
  "no array of keys": json({ keys: { 0: good } }),
  null: json(null),
  "a text": json("keys"),
  HTML: (_request, response) => response.setHeader("content-type", "text/html").end("<html></html>"),
  "status 500 with a key set": (_request, response) =>
    response.writeHead(500).end(JSON.stringify({ keys: [good] })),
  "a redirect to a key set": (request, response) =>
    request.url === "/jwks"
      ? response.writeHead(302, { location: "/elsewhere" }).end()
      : response.end(JSON.stringify({ keys: [good] })),
  "a body without end": (_request, response) => {
    const more = () => response.write("x".repeat(65_536), more);
    more();
  },
  "half a body": (_request, response) => {
    response.writeHead(200, { "content-length": 1_000 }).write("{");
    setImmediate(() => response.destroy());
  },
};

test.each(Object.entries(refusals))("%s is no key set", async (_what, answer) => {
  const { fetch } = await setup(answer);
  await expect(fetch()).rejects.toMatchObject(failed);
});

test("an endpoint that does not answer is given up after three seconds", async () => {
  const { fetch } = await setup(() => undefined);
  const startedAtMs = performance.now();
  await expect(fetch()).rejects.toMatchObject(failed);
  expect(performance.now() - startedAtMs).toBeLessThan(4_500);
});
