import { expect, test } from "vitest";
import { clientOf, type JsonAnswer, setup } from "../setup.ts";

const assets = "/api/asset/v1/assets";
const assetQuery = `query ($after: Cursor) {
  assets(first: 2, after: $after) { edges { node { id name } } pageInfo { endCursor hasNextPage } }
}`;

async function setupAccount() {
  const { simulator } = await setup();
  const account = simulator.addAccount({ assets: 5 });
  return { simulator, account, client: await clientOf(simulator, account) };
}

test("a fault affects the number of requests it is set for, and ends", async () => {
  const { simulator, client } = await setupAccount();
  simulator.faults.add({ kind: "status", status: 503, operation: "rest.assets", times: 2 });
  const statuses = [];
  for (let call = 0; call < 3; call++) statuses.push((await client.get(assets)).status);
  expect(statuses).toEqual([503, 503, 200]);
  expect(simulator.faults.list()).toEqual([]);
});

test("a fault without a number stays until it is cleared", async () => {
  const { simulator, client } = await setupAccount();
  const id = simulator.faults.add({ kind: "status", operation: "rest" });
  for (let call = 0; call < 3; call++) expect((await client.get(assets)).status).toBe(500);
  expect(simulator.faults.list()).toMatchObject([{ id, met: 3 }]);
  expect(simulator.faults.clear({ id })).toBe(1);
  expect((await client.get(assets)).status).toBe(200);
});

test("a fault of one account and one operation leaves all others alone", async () => {
  const { simulator, account, client } = await setupAccount();
  const other = await clientOf(simulator, simulator.addAccount());
  simulator.faults.add({ kind: "forbidden", operation: "rest.sites", accountId: account.accountId });
  expect((await client.get("/api/site/v1/sites")).status).toBe(403);
  expect((await client.get(assets)).status).toBe(200);
  expect((await other.get("/api/site/v1/sites")).status).toBe(200);
});

test("one item can be forbidden", async () => {
  const { simulator, account, client } = await setupAccount();
  const [first, second] = account.sites();
  simulator.faults.add({ kind: "forbidden", operation: "rest.site", itemId: first?.id });
  expect((await client.get(`/api/site/v1/sites/${first?.id}`)).status).toBe(403);
  expect((await client.get(`/api/site/v1/sites/${second?.id}`)).status).toBe(200);
});

test("429 comes with Retry-After or without", async () => {
  const { simulator, client } = await setupAccount();
  simulator.faults.add({ kind: "rate-limit", retryAfterS: 7, times: 1 });
  expect((await client.get(assets)).headers.get("retry-after")).toBe("7");
  simulator.faults.add({ kind: "rate-limit", times: 1 });
  const bare = await client.get(assets);
  expect([bare.status, bare.headers.get("retry-after")]).toEqual([429, null]);
});

test("GraphQL can be rate limited at will", async () => {
  const { simulator, client } = await setupAccount();
  simulator.faults.add({
    kind: "graphql-rate-limit",
    operation: "graphql.assets",
    resetInMs: 4000,
    cost: 9,
    times: 1,
  });
  const { status, body } = await client.graphql(assetQuery);
  expect([status, body.errors[0].extensions]).toEqual([
    200,
    { code: "RATE_LIMITED", cost: 9, resetIn: 4000 },
  ]);
  expect((await client.graphql(assetQuery)).body.errors).toBeUndefined();
});

test("HTML and broken JSON come with status 200", async () => {
  const { simulator, client } = await setupAccount();
  simulator.faults.add({ kind: "html", times: 1 });
  expect((await client.get(assets)).body).toContain("<!doctype html>");
  simulator.faults.add({ kind: "invalid-json", times: 1 });
  await expect(client.get(assets)).rejects.toThrow(SyntaxError);
});

test("the connection is cut before the answer or in the middle of the body", async () => {
  const { simulator, client } = await setupAccount();
  simulator.faults.add({ kind: "cut", times: 1 });
  await expect(client.get(assets)).rejects.toThrow("fetch failed");
  simulator.faults.add({ kind: "cut-body", times: 1 });
  const headers = { authorization: client.authorization };
  const response = await fetch(`${simulator.apiUrl}${assets}`, { headers });
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow("terminated");
});

test("a hanging body gives half and then nothing, and ends with its reader", async () => {
  const { simulator, client } = await setupAccount();
  simulator.faults.add({ kind: "hang", times: 1 });
  const reader = new AbortController();
  const headers = { authorization: client.authorization };
  const response = await fetch(`${simulator.apiUrl}${assets}`, { headers, signal: reader.signal });
  const body = response.body?.getReader();
  const first = await body?.read();
  expect(first?.value?.length).toBe(Math.floor(Number(response.headers.get("content-length")) / 2));
  expect(simulator.requests.inProgress({ operation: "rest.assets" })).toBe(1);
  reader.abort();
  await expect(body?.read()).rejects.toThrow("aborted");
  await expect.poll(() => simulator.requests.inProgress({ operation: "rest.assets" })).toBe(0);
});

test("a delay holds the answer back", async () => {
  const { simulator, client } = await setupAccount();
  simulator.faults.add({ kind: "delay", delayMs: 120, times: 1 });
  const startedMs = performance.now();
  expect((await client.get(assets)).status).toBe(200);
  expect(performance.now() - startedMs).toBeGreaterThan(110);
});

test("closing ends what is delayed or hangs", async () => {
  const { simulator, client } = await setupAccount();
  simulator.faults.add({ kind: "delay", delayMs: 3_600_000 });
  const waiting = client.get(assets).catch(() => "ended");
  await expect.poll(() => simulator.requests.inProgress({ operation: "rest.assets" })).toBe(1);
  await simulator.close();
  expect(await waiting).not.toMatchObject({ status: 200 });
});

test("the key endpoint can be down", async () => {
  const { simulator } = await setupAccount();
  simulator.faults.add({ kind: "status", status: 503, operation: "jwks", times: 1 });
  expect((await fetch(simulator.jwksUrl)).status).toBe(503);
  simulator.faults.add({ kind: "cut", operation: "jwks", times: 1 });
  await expect(fetch(simulator.jwksUrl)).rejects.toThrow("fetch failed");
});

test("a cursor repeats, in GraphQL and in REST", async () => {
  const { simulator, client } = await setupAccount();
  simulator.faults.add({ kind: "repeat-cursor" });
  const { endCursor } = (await client.graphql(assetQuery)).body.data.assets.pageInfo;
  const second = await client.graphql(assetQuery, { after: endCursor });
  expect(second.body.data.assets.pageInfo).toEqual({ endCursor, hasNextPage: true });
  const { after } = (await client.get(`${assets}?limit=2`)).body;
  expect((await client.get(`${assets}?limit=2&after=${after}`)).body.after).toBe(after);
});

test("an endless list always has one more page, each with a cursor of its own", async () => {
  const { simulator, client } = await setupAccount();
  simulator.faults.add({ kind: "endless" });
  const cursors = new Set<string>();
  let after: string | null = null;
  for (let page = 0; page < 12; page++) {
    const answer: JsonAnswer = await client.graphql(assetQuery, { after });
    const { pageInfo } = answer.body.data.assets;
    expect(pageInfo.hasNextPage).toBe(true);
    after = pageInfo.endCursor;
    cursors.add(String(after));
  }
  expect(cursors.size).toBe(12);
  expect((await client.get(`${assets}?page=40&size=2`)).body).toMatchObject({
    totalPages: 42,
    numberOfElements: 2,
  });
});

test("a bad record has a field of the wrong type, and only that record", async () => {
  const { simulator, account, client } = await setupAccount();
  const itemId = account.assets()[1]?.id;
  simulator.faults.add({ kind: "bad-record", itemId });
  const names = (await client.get(assets)).body.content.map(({ name }: { name: unknown }) => typeof name);
  expect(names).toEqual(["string", "number", "string", "string", "string"]);
  const { edges } = (await client.graphql(assetQuery)).body.data.assets;
  expect(edges.map(({ node }: { node: { name: unknown } }) => typeof node.name)).toEqual([
    "string",
    "number",
  ]);
  const locations = (await client.get("/api/location/v1/locations")).body.content;
  expect(locations[1]?.geometry.coordinates).toBe("nowhere");
});

test("partial data has an error with the path of the record that is missing", async () => {
  const { simulator, account, client } = await setupAccount();
  simulator.faults.add({ kind: "partial-data", itemId: account.assets()[1]?.id, times: 1 });
  const { status, body } = await client.graphql(assetQuery);
  expect(status).toBe(200);
  expect(body.data.assets.edges.map(({ node }: { node: unknown }) => node === null)).toEqual([false, true]);
  expect(body.errors).toMatchObject([{ path: ["assets", "edges", 1, "node"] }]);
});

test("the token endpoint fails as told", async () => {
  const { simulator, account } = await setupAccount();
  simulator.faults.add({
    kind: "status",
    status: 400,
    body: { error: "invalid_grant" },
    operation: "apptoken",
    times: 1,
  });
  const response = await fetch(simulator.tokenUrl, { method: "POST", body: new URLSearchParams() });
  expect([response.status, await response.json()]).toEqual([400, { error: "invalid_grant" }]);
  expect(account.tokenCalls).toBe(1);
});

test("a kind that isn't one is refused", async () => {
  const { simulator } = await setupAccount();
  expect(() => simulator.faults.add({ kind: "meteor" as "cut" })).toThrow(/no fault "meteor"/);
});
