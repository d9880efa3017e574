import { expect, test } from "vitest";
import { ApiRateLimitedError, ApiUnauthorizedError, type Limiter } from "../src/index.ts";
import { all, createWorld, itemsOf, reading } from "./world.ts";

const { signal } = reading();
const assets = { family: "assets", path: "/api/asset/v1/assets" };
const connection = {
  connection: "assets",
  query:
    "query($first: Int, $after: Cursor) { assets(first: $first, after: $after) { edges { node { id name } } pageInfo { endCursor hasNextPage } } rateLimit { cost remaining resetIn } }",
};
const oneSite = (id: string) =>
  ({ family: "sites", method: "GET", path: `/api/site/v1/sites/${id}` }) as const;

test("a refused token is replaced once, in the middle of a pass", async () => {
  const { account, client, refused } = await createWorld({ account: { assets: 250 } });
  const read: unknown[] = [];
  for await (const { items, nextCursor } of client.restPages(assets, reading())) {
    read.push(...items);
    if (nextCursor?.startsWith("from=100&")) account.expireTokens();
  }
  expect(read).toHaveLength(250);
  expect(refused).toHaveLength(1);
});

test("a second refusal is final", async () => {
  const asked: (string | undefined)[] = [];
  const { simulator, client } = await createWorld({
    trackunit: {
      getAccessToken: async (_installationId, { refused }) => {
        asked.push(refused);
        return refused === undefined ? "one" : "two";
      },
    },
  });
  await expect(all(client.restPages(assets, reading()))).rejects.toThrow(ApiUnauthorizedError);
  expect(asked).toEqual([undefined, "one"]);
  expect(simulator.requests.count({ operation: "rest.assets" })).toBe(2);
});

test("an invisible item, a missing one and an existing one are distinguished", async () => {
  const { simulator, account, client } = await createWorld();
  const other = simulator.addAccount();
  const [own] = account.sites();
  const [foreign] = other.sites();
  expect(await client.sendForItem(oneSite(own?.id ?? ""), signal)).toMatchObject({
    outcome: "given",
    item: { id: own?.id, name: own?.name },
  });
  expect(await client.sendForItem(oneSite(foreign?.id ?? ""), signal)).toEqual({ outcome: "hidden" });
  expect(await client.sendForItem(oneSite("none"), signal)).toEqual({ outcome: "absent" });
});

test("any other error of an item is thrown", async () => {
  const { simulator, client } = await createWorld();
  simulator.faults.add({ kind: "status", status: 500 });
  await expect(client.sendForItem(oneSite("any"), signal)).rejects.toMatchObject({
    code: "ERR_API_UNAVAILABLE",
  });
});

test("an abort ends a request at once, with its own reason", async () => {
  const { simulator, client } = await createWorld({ trackunit: { timeoutMs: 60_000 } });
  simulator.faults.add({ kind: "delay", delayMs: 60_000, operation: "rest.assets" });
  const stopping = new AbortController();
  const reason = new Error("stopping");
  const pages = all(client.restPages(assets, reading({ signal: stopping.signal })));
  setTimeout(() => stopping.abort(reason), 50);
  await expect(pages).rejects.toBe(reason);
});

test.each(["https://elsewhere.example/", "@elsewhere.example/", "api/asset/v1/assets"])(
  "the token does not go to %s",
  async (path) => {
    const { client } = await createWorld();
    const request = { family: "assets", method: "GET", path } as const;
    await expect(client.send(request, signal)).rejects.toMatchObject({
      code: "ERR_API_PATH",
      remedy: "never",
    });
  },
);

test("the API may lie below a path, as behind a gateway", async () => {
  const { simulator } = await createWorld();
  const { client } = await createWorld({ trackunit: { apiUrl: `${simulator.apiUrl}/api/` } });
  const request = { family: "jwks", method: "GET", path: "/marketplace/jwks" } as const;
  expect(await client.send(request, signal)).toHaveProperty("keys");
});

test("no request is sent after an abort", async () => {
  const { simulator, client } = await createWorld();
  const pages = all(client.restPages(assets, reading({ signal: AbortSignal.abort(new Error("stopped")) })));
  await expect(pages).rejects.toThrow("stopped");
  expect(simulator.requests.count({ operation: "rest.assets" })).toBe(0);
});

test("every request goes over the same few connections", async () => {
  const { simulator, client } = await createWorld({
    account: { assets: 600 },
    trackunit: { timeoutMs: 20_000 },
  });
  const readings = Array.from({ length: 12 }, () => all(client.restPages(assets, reading())));
  for (const pages of await Promise.all(readings)) expect(itemsOf(pages)).toHaveLength(600);
  expect(simulator.requests.maxConcurrent({ operation: "rest.assets" })).toBeLessThanOrEqual(8);
});

test("the limiter learns what the API says of its limits, for all callers of the same account", async () => {
  const closed: unknown[] = [];
  const limiter: Limiter = {
    take: async () => undefined,
    close: async (use, forMs) => void closed.push([use.family, forMs]),
  };
  const { simulator, client } = await createWorld({
    account: { assets: 30 },
    simulator: { graphqlBudget: 300 },
    trackunit: { limiter },
  });
  simulator.faults.add({ kind: "rate-limit", retryAfterS: 9, operation: "rest.assets" });
  await expect(all(client.restPages(assets, reading()))).rejects.toThrow(ApiRateLimitedError);
  await all(client.graphqlPages(connection, reading({ pageSize: 30 })));
  expect(closed).toEqual([
    ["assets", 9_000],
    ["graphql", expect.any(Number)],
  ]);
});

test("a request that the limiter refuses is not sent", async () => {
  const limiter: Limiter = {
    take: async ({ family }) => {
      throw new ApiRateLimitedError(family, 60_000);
    },
    close: async () => undefined,
  };
  const { simulator, client } = await createWorld({ trackunit: { limiter } });
  await expect(all(client.restPages(assets, reading()))).rejects.toMatchObject({ retryAfterMs: 60_000 });
  expect(simulator.requests.count({ operation: "rest.assets" })).toBe(0);
});

test("a new token's request is not counted again", async () => {
  let taken = 0;
  const limiter: Limiter = { take: async () => void taken++, close: async () => undefined };
  const { account, client, refused } = await createWorld({ trackunit: { limiter } });
  await all(client.restPages(assets, reading()));
  account.expireTokens();
  await all(client.restPages(assets, reading()));
  expect({ taken, refused: refused.length }).toEqual({ taken: 2, refused: 1 });
});

test("each request is reported, by family and status, also one that got no answer", async () => {
  const told: unknown[] = [];
  const { simulator, client } = await createWorld({
    account: { assets: 5 },
    trackunit: {
      onRequest: ({ family, status, durationMs }) => told.push([family, status, durationMs >= 0]),
    },
  });
  await all(client.restPages(assets, reading()));
  simulator.faults.add({ kind: "forbidden", operation: "rest.assets", times: 1 });
  await all(client.restPages(assets, reading())).catch(() => undefined);
  simulator.faults.add({ kind: "cut", operation: "rest.assets", times: 1 });
  await all(client.restPages(assets, reading())).catch(() => undefined);
  expect(told).toEqual([
    ["assets", 200, true],
    ["assets", 403, true],
    ["assets", "none", true],
  ]);
});

test("after 403 with a token of an older install, the request is sent again once with a new token", async () => {
  const { simulator, account, client, install } = await createWorld();
  await client.send(assets, signal);
  simulator.faults.add({ kind: "forbidden", operation: "rest.assets", times: 1 });
  install.isNewer = true;
  await client.send(assets, signal);
  expect([account.tokenCalls, install.asked]).toEqual([2, 1]);
});

test("403 without a newer install is final, and installs are checked once per token", async () => {
  const { simulator, account, client, install } = await createWorld();
  simulator.faults.add({ kind: "forbidden", operation: "rest.assets" });
  for (let count = 0; count < 3; count++)
    await expect(client.send(assets, signal)).rejects.toMatchObject({ code: "ERR_API_FORBIDDEN" });
  expect([account.tokenCalls, install.asked]).toEqual([1, 1]);
  expect(simulator.requests.count({ operation: "rest.assets" })).toBe(3);
});
