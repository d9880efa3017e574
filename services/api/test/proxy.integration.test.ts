import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { expect, onTestFinished, test, vi } from "vitest";
import { patient, setup } from "./world.ts";

const graphql = JSON.stringify({ query: "{ assets(first: 2) { edges { node { id } } } }" });
const json = { "content-type": "application/json" };

/** A Trackunit that tells what it was sent, unless `answer` does something else. */
async function startEcho(
  answer: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
) {
  const seen: { method: string; url: string; headers: Record<string, unknown>; bytes: number }[] = [];
  const server = createServer(async (request, response) => {
    if (answer(request, response)) return;
    let bytes = 0;
    try {
      for await (const part of request) bytes += part.length;
    } catch {
      return;
    }
    const { method = "", url = "", headers } = request;
    seen.push({ method, url, headers, bytes });
    response.setHeader("set-cookie", "a=b");
    response.setHeader("x-theirs", "yes");
    response.end(JSON.stringify({ bytes }));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/gateway`, seen };
}

async function world(echo?: { apiUrl: string }) {
  const made = await setup(echo === undefined ? {} : { TRACKUNIT_API_URL: echo.apiUrl });
  await made.startWorker();
  const account = await made.installedAccount();
  const { key } = await made.makeKey(["proxy"]);
  const path = `/v1/accounts/${account.accountId}/trackunit`;
  return { ...made, account, key, path };
}

test("REST and GraphQL requests go to Trackunit with the account's token, and Trackunit's answer is returned", async () => {
  const { ask, key, path, account } = await world();
  const sites = await ask(key, `${path}/api/site/v1/sites?size=1`);
  expect([sites.status, sites.headers.get("x-fleetkeeper-from")]).toEqual([200, "trackunit"]);
  expect(sites.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  const answer = await ask(key, `${path}/api/graphql/`, { method: "POST", headers: json, body: graphql });
  expect(answer.status).toBe(200);
  expect(answer.json().data.assets.edges).toHaveLength(2);
  expect(account.assetCount).toBe(3);
  const wrong = await ask(key, `${path}/api/nothing/here`);
  expect([wrong.status, wrong.headers.get("x-fleetkeeper-from")]).toEqual([404, "trackunit"]);
});

test("neither our key nor a cookie nor a hop's header is forwarded, and no cookie comes back", async () => {
  const echo = await startEcho();
  const { ask, key, path } = await world(echo);
  const headers = {
    cookie: "session=1",
    "x-api-key": `mine is ${key}`,
    "x-mine": "yes",
    te: "trailers",
    "x-forwarded-for": "1.2.3.4",
    "content-type": "text/x-odd",
  };
  const answer = await ask(key, `${path}//a%20b/%C3%BC?q=1&q=%2F&app=x`, {
    method: "PUT",
    headers,
    body: "hello",
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("set-cookie")).toBeNull();
  expect(answer.headers.get("x-theirs")).toBe("yes");
  const [sent] = echo.seen;
  expect(sent).toMatchObject({ method: "PUT", url: "/gateway//a%20b/%C3%BC?q=1&q=%2F&app=x", bytes: 5 });
  expect(JSON.stringify(sent)).not.toContain(key);
  expect(sent?.headers).toMatchObject({ "x-mine": "yes", "content-type": "text/x-odd" });
  for (const name of ["cookie", "x-api-key", "te", "x-forwarded-for"])
    expect(sent?.headers).not.toHaveProperty(name);
  expect((await ask(key, `${path}/x?token=${key}`)).json().code).toBe("ERR_REQUEST_INVALID");
  expect(echo.seen).toHaveLength(1);
});

test("no path leads out of the configured address", async () => {
  const echo = await startEcho();
  const { key, path, url, makeKey, ask } = await world(echo);
  for (const way of [
    "/%2e%2e/secret",
    "/../secret",
    "/a/..%2f..%2fsecret",
    "/%252e%252e/secret",
    "/..;/secret",
    "/a%0d%0ab",
    "/..%5csecret",
  ]) {
    expect([way, await statusOf(`${url}${path}`, way, key)]).toEqual([way, 400]);
  }
  const host = await ask(key, `${path}//evil.example/x`);
  expect(host.status).toBe(200);
  expect(echo.seen.map((one) => one.url)).toEqual(["/gateway//evil.example/x"]);
  // In absolute form the path is the same, and the host is ours.
  expect(await statusOf("http://evil.example", `${path}/x/y`, key, url)).toBe(200);
  expect(echo.seen.at(-1)?.url).toBe("/gateway/x/y");
  expect(await statusOf(`${url}${path}`, `/x?k=${key.replace("_", "%5f")}`, key)).toBe(400);
  const other = await makeKey(["tokens:read"]);
  expect((await ask(other.key, `${path}/x`)).status).toBe(403);
});

/** `fetch` would resolve the path before it sends it. */
function statusOf(base: string, way: string, key: string, server = base): Promise<number | undefined> {
  const { hostname, port } = new URL(server);
  const headers = { authorization: `Bearer ${key}` };
  const path = server === base ? new URL(base).pathname + way : base + way;
  return new Promise((done, failed) => {
    const sent = request({ hostname, port, path, headers }, (answer) => {
      answer.resume();
      done(answer.statusCode);
    });
    sent.once("error", failed).end();
  });
}

test("a large body streams both ways, one that is too large is refused, and a redirect is not followed", async () => {
  const echo = await startEcho((request, response) => {
    if (request.url?.endsWith("/back")) response.end(Buffer.alloc(6 * 2 ** 20));
    else if (request.url?.endsWith("/elsewhere"))
      response.writeHead(302, { location: "https://evil.example" }).end();
    else return false;
    return true;
  });
  const { ask, key, path, url, lines } = await world(echo);
  const send = (mib: number) =>
    fetch(`${url}${path}/there`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/octet-stream" },
      body: Readable.toWeb(Readable.from(partsOf(mib))) as never,
      duplex: "half",
    } as RequestInit);
  expect(await (await send(5)).json()).toEqual({ bytes: 5 * 2 ** 20 });
  const tooLarge = await send(40).then(
    ({ status }) => status,
    () => "cut off",
  );
  expect([413, "cut off"]).toContain(tooLarge);
  expect(echo.seen.map(({ bytes }) => bytes)).toEqual([5 * 2 ** 20]);
  expect((await ask(key, `${path}/back`)).text.length).toBe(6 * 2 ** 20);
  const redirect = await ask(key, `${path}/elsewhere`);
  expect([redirect.status, redirect.json().code]).toEqual([502, "ERR_TRACKUNIT_REDIRECT"]);
  expect(redirect.text).not.toContain("evil");

  // A caller that breaks its body off is not a failure of ours.
  const { hostname, port } = new URL(url);
  const headers = { authorization: `Bearer ${key}`, "content-length": 100 };
  const broken = request({ hostname, port, path: `${path}/broken`, method: "POST", headers });
  broken.on("error", () => undefined);
  broken.write("a", () => setTimeout(() => broken.destroy(), 100));
  await vi.waitFor(() => expect(lines.join()).toMatch(/ERR_(REQUEST_INVALID|INTERNAL)/), patient);
  expect(lines.join()).not.toContain("ERR_INTERNAL");
});

function* partsOf(mib: number) {
  for (let n = 0; n < mib; n++) yield Buffer.alloc(2 ** 20);
}

test("after 401 the request is sent again with a new token; a second 401 is returned to the caller", async () => {
  const tokens: string[] = [];
  let refusals = 1;
  const echo = await startEcho((request, response) => {
    tokens.push(request.headers.authorization ?? "");
    if (refusals === 0) return false;
    refusals -= 1;
    response.writeHead(401).end();
    return true;
  });
  const { ask, key, path, account } = await world(echo);
  const calls = account.tokenCalls;
  const answer = await ask(key, `${path}/x`, { method: "POST", headers: json, body: "{}" });
  expect([answer.status, account.tokenCalls]).toEqual([200, calls + 1]);
  expect(new Set(tokens).size).toBe(2);
  refusals = 2;
  const refused = await ask(key, `${path}/x`);
  expect([refused.status, refused.headers.get("x-fleetkeeper-from")]).toEqual([401, "trackunit"]);
});

test("two processes share the account's limits, and a wait that Trackunit requests is returned to the caller and respected", async () => {
  let isLimited = false;
  const echo = await startEcho((_request, response) => {
    if (isLimited) response.writeHead(429, { "retry-after": "7" }).end();
    return isLimited;
  });
  const { ask, startOne, key, path } = await world(echo);
  const other = await startOne();
  // Pages that the account's own sync does not ask for.
  const fleet = `${path}/public/api/aemp/v2/15143/-3/Fleet`;
  expect((await ask(key, `${fleet}/7`)).status).toBe(200);
  const second = await other.ask(key, `${fleet}//07`);
  expect([second.status, second.json().code]).toEqual([429, "ERR_TRACKUNIT_LIMIT"]);
  expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(800);
  expect((await other.ask(key, `${fleet}/8`)).status).toBe(200);
  expect(echo.seen).toHaveLength(2);
  isLimited = true;
  const limited = await ask(key, `${path}/api/graphql/`, { method: "POST", headers: json, body: "{}" });
  expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "7"]);
  isLimited = false;
  const kept = await other.ask(key, `${path}/api/graphql`, { method: "POST", headers: json, body: "{}" });
  expect([kept.status, kept.json().code]).toEqual([429, "ERR_TRACKUNIT_LIMIT"]);
  expect(echo.seen).toHaveLength(2);
});

test("the caller learns that Trackunit does not answer, and no request is sent for a paused account", async () => {
  const echo = await startEcho((request) => {
    request.socket.destroy();
    return true;
  });
  const { ask, key, path, store, account, installationIdOf } = await world(echo);
  const answer = await ask(key, `${path}/x`, { method: "POST", headers: json, body: "{}" });
  expect([answer.status, answer.json().code]).toEqual([502, "ERR_TRACKUNIT_NO_ANSWER"]);
  await store.pause(installationIdOf(account));
  expect((await ask(key, `${path}/x`)).json().code).toBe("ERR_ACCOUNT_PAUSED");
});

test("a body goes with each method, a fragment with none, and what did not come to its end is noted as such", async () => {
  const echo = await startEcho((request, response) => {
    const { url = "" } = request;
    if (url.endsWith("/odd")) request.socket.end("HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n");
    else if (url.endsWith("/half")) {
      response.writeHead(200, { "content-length": "10" });
      response.write("half", () => request.socket.destroy());
    } else if (url.endsWith("/never")) leave();
    else return false;
    return true;
  });
  let leave = (): unknown => expect.fail();
  const { ask, makeKey, key, path, account, url } = await world(echo);
  const headers = { authorization: `Bearer ${key}` };
  for (const method of ["GET", "HEAD", "DELETE"])
    await new Promise((done) => {
      const sent = { method, path: `${path}/x?q=1#a=b`, headers: { ...headers, "content-length": 4 } };
      request(url, sent, (answer) => answer.resume().on("end", done)).end("body");
    });
  const withBody = { url: "/gateway/x?q=1", bytes: 4 };
  expect(echo.seen).toMatchObject([withBody, withBody, withBody]);

  expect((await ask(key, `${path}/odd`)).json().code).toBe("ERR_TRACKUNIT_NO_ANSWER");
  await expect(ask(key, `${path}/half`)).rejects.toThrow();
  const leaving = request(`${url}${path}/never`, { headers });
  leave = () => leaving.destroy();
  leaving.on("error", () => undefined).end();
  const reading = await makeKey(["accounts:read"]);
  await vi.waitFor(async () => {
    const { requests } = (await ask(reading.key, `/v1/accounts/${account.accountId}/requests`)).json();
    const lines = requests.map(({ path, status, code }: Record<string, unknown>) => [path, status, code]);
    expect(lines).toEqual([
      ["/never", null, "ERR_REQUEST_INVALID"],
      ["/half", 200, "ERR_TRACKUNIT_NO_ANSWER"],
      ["/odd", null, "ERR_TRACKUNIT_NO_ANSWER"],
      ...Array(3).fill(["/x?q", 200, null]),
    ]);
  }, patient);
});

test("each request leaves a line without values, bodies, tokens or keys, which the account's log shows", async () => {
  const { ask, makeKey, key, path, account, db } = await world();
  const reading = await makeKey(["accounts:read"]);
  await ask(key, `${path}/api/site/v1/sites?size=1&secret=s3cret`);
  await ask(key, `${path}/api/graphql/`, { method: "POST", headers: json, body: graphql });
  await ask(key, `${path}/public/api/aemp/v2/15143/-3/Fleet/7`);
  await ask(key, `${path}/public/api/aemp/v2/15143/-3/Fleet/7`);
  const log = `/v1/accounts/${account.accountId}/requests`;
  const lines = await vi.waitFor(async () => {
    const { requests } = (await ask(reading.key, log)).json();
    expect(requests).toHaveLength(4);
    return requests;
  }, patient);
  expect(
    lines.map((line: { method: string; path: string; status: number; code: string }) => [
      line.method,
      line.path,
      line.status,
      line.code,
    ]),
  ).toEqual([
    ["GET", "/public/api/aemp/v2/15143/-3/Fleet/7", null, "ERR_TRACKUNIT_LIMIT"],
    ["GET", "/public/api/aemp/v2/15143/-3/Fleet/7", 404, null],
    ["POST", "/api/graphql/", 200, null],
    ["GET", "/api/site/v1/sites?size&secret", 200, null],
  ]);
  expect(lines[2].sentBytes).toBe(graphql.length);
  expect(lines[2].receivedBytes).toBeGreaterThan(10);
  const first = (await ask(reading.key, `${log}?limit=3`)).json();
  const rest = (await ask(reading.key, `${log}?limit=3&after=${first.next}`)).json();
  expect([first.requests.length, rest.requests.length, rest.next]).toEqual([3, 1, null]);
  const stored = JSON.stringify(await db.collection("forwardedRequests").find().toArray());
  for (const secret of ["s3cret", key, "edges"]) expect(stored).not.toContain(secret);
});
