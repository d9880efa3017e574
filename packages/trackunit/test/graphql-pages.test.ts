import { bareId, graphqlCustomer, graphqlSite } from "@fleetkeeper/simulator";
import { expect, test } from "vitest";
import {
  ApiForbiddenError,
  ApiRateLimitedError,
  ApiShapeError,
  CursorRepeatsError,
  GraphqlError,
  type Page,
  QueryTooComplexError,
} from "../src/index.ts";
import { all, createWorld, firstOf, itemsOf, reading } from "./world.ts";

const pageInfo = "pageInfo { endCursor hasNextPage }";
const rateLimit = "rateLimit { cost remaining resetIn }";
const assets = {
  connection: "assets",
  query: `query($first: Int, $after: Cursor) { assets(first: $first, after: $after) { edges { node { id name brand } } ${pageInfo} } ${rateLimit} }`,
};
const customers = {
  connection: "customers",
  query: `query($first: Int, $after: Cursor) { customers(first: $first, after: $after) { edges { node { id name type } } ${pageInfo} } }`,
};

const idsOf = (items: readonly unknown[]) =>
  items.map((item) => bareId("Asset", (item as { id: string }).id));

test("reads every item once, in pages", async () => {
  const { account, client } = await createWorld({ account: { assets: 250, customers: 7 } });
  const pages = await all(client.graphqlPages(assets, reading()));
  expect(pages.map(({ items }) => items.length)).toEqual([100, 100, 50]);
  expect(idsOf(itemsOf(pages))).toEqual(account.assets().map(({ id }) => id));
  const all7 = await all(client.graphqlPages(customers, reading({ pageSize: 3 })));
  expect(itemsOf(all7)).toEqual(account.customers().map(graphqlCustomer));
});

test("takes an alias and further variables", async () => {
  const { account, client } = await createWorld();
  const places = {
    connection: "places",
    variables: { id: "___Asset___none" },
    query: `query($first: Int, $after: Cursor, $id: ID!) { asset(id: $id) { id } places: sites(first: $first, after: $after) { edges { node { id name type status city country streetAddress zipCode externalReference } } ${pageInfo} } }`,
  };
  const pages = await all(client.graphqlPages(places, reading()));
  expect(itemsOf(pages)).toEqual(account.sites().map(graphqlSite));
});

test("continues from any cursor, even if records before it were deleted", async () => {
  const { account, client } = await createWorld({ account: { assets: 250 } });
  const { items, nextCursor } = await firstOf(client.graphqlPages(assets, reading()));
  account.change(100, { delete: 1 });
  const rest = itemsOf(await all(client.graphqlPages(assets, reading({ from: nextCursor }))));
  const read = new Set(idsOf([...items, ...rest]));
  expect(account.assets().filter(({ id }) => !read.has(id))).toEqual([]);
});

test("a page that is too complex is requested again at half its size, and the size is remembered", async () => {
  const { simulator, account, client } = await createWorld({
    account: { assets: 90 },
    simulator: { graphqlMaxCost: 210 },
  });
  const pages = await all(client.graphqlPages(assets, reading()));
  expect(pages.map(({ items }) => items.length)).toEqual([25, 25, 25, 15]);
  expect(idsOf(itemsOf(pages))).toEqual(account.assets().map(({ id }) => id));
  expect(simulator.requests.count({ operation: "graphql.assets" })).toBe(6);
  await all(client.graphqlPages(assets, reading()));
  expect(simulator.requests.count({ operation: "graphql.assets" })).toBe(10);
});

test("a query that is too complex for one item is an error", async () => {
  const { client } = await createWorld({ simulator: { graphqlMaxCost: 3 } });
  await expect(all(client.graphqlPages(assets, reading()))).rejects.toThrow(QueryTooComplexError);
});

test("a page that is too long is requested again at half its size", async () => {
  const { client } = await createWorld({
    account: { assets: 250 },
    trackunit: { bodyLimitBytes: 6_000 },
  });
  const pages = await all(client.graphqlPages(assets, reading()));
  expect(pages[0]?.items).toHaveLength(50);
  expect(itemsOf(pages)).toHaveLength(250);
});

test("ends before the budget does, and says when it is full again", async () => {
  const { simulator, client } = await createWorld({
    account: { assets: 250 },
    simulator: { graphqlBudget: 2_000 },
  });
  const read: unknown[] = [];
  const error = await (async () => {
    for await (const { items } of client.graphqlPages(assets, reading())) read.push(...items);
  })().catch((thrown) => thrown);
  expect(error).toBeInstanceOf(ApiRateLimitedError);
  expect(error.retryAfterMs).toBeGreaterThan(590_000);
  expect(read).toHaveLength(200);
  expect(simulator.requests.count({ operation: "graphql.assets" })).toBe(2);
});

test("of a list that never ends, a further page is requested only when its reader takes it", async () => {
  const { simulator, client } = await createWorld();
  simulator.faults.add({ kind: "endless" });
  let pages = 0;
  for await (const _ of client.graphqlPages(assets, reading({ pageSize: 10 }))) if (++pages === 20) break;
  expect(simulator.requests.count({ operation: "graphql.assets" })).toBe(20);
});

test("a cursor that repeats is an error that begins the pass again", async () => {
  const { simulator, client } = await createWorld({ account: { assets: 250 } });
  simulator.faults.add({ kind: "repeat-cursor", operation: "graphql.assets" });
  const error = await all(client.graphqlPages(assets, reading())).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(CursorRepeatsError);
  expect(error).toMatchObject({ startOver: true });
});

test("a record that the API could not read is incomplete, and the rest of the page is used", async () => {
  const { simulator, account, client } = await createWorld({ account: { assets: 3 } });
  const [, broken] = account.assets();
  simulator.faults.add({ kind: "partial-data", operation: "graphql.assets", itemId: broken?.id });
  const pages = await all(client.graphqlPages(assets, reading()));
  expect(itemsOf(pages)).toHaveLength(2);
  expect(pages[0]?.incomplete).toEqual([{ item: null, reasons: ["item: INTERNAL_SERVER_ERROR"] }]);
});

test("a record with a field that an error made null is incomplete and keeps what came of it", async () => {
  const { simulator, client } = await createWorld();
  const nodes = [
    { id: "a", name: "A", brand: null },
    { id: "b", name: null, brand: "B" },
  ];
  simulator.faults.add({
    kind: "status",
    status: 200,
    body: {
      data: { assets: { edges: nodes.map((node) => ({ node })), pageInfo: { hasNextPage: false } } },
      errors: [
        { message: "secret", path: ["assets", "edges", 1, "node", "name"], extensions: { code: "TIMEOUT" } },
      ],
    },
  });
  expect(await all(client.graphqlPages(assets, reading()))).toEqual([
    { items: [nodes[0]], incomplete: [{ item: nodes[1], reasons: ["name: TIMEOUT"] }], nextCursor: null },
  ]);
});

test.each([
  ["errors and no data", { data: null, errors: [{ extensions: { code: "BOOM" } }] }, GraphqlError],
  ["an error without a code", { errors: [{ message: "secret" }] }, GraphqlError],
  [
    "a refusal of the whole connection",
    { data: { assets: null }, errors: [{ path: ["assets"], extensions: { code: "FORBIDDEN" } }] },
    ApiForbiddenError,
  ],
  ["data without the connection", { data: { others: {} } }, GraphqlError],
  ["a connection without edges", { data: { assets: { nodes: [] } } }, ApiShapeError],
  [
    "a next page without a cursor",
    { data: { assets: { edges: [], pageInfo: { hasNextPage: true } } } },
    ApiShapeError,
  ],
  ["no GraphQL answer", { content: [] }, ApiShapeError],
  ["a list", [], ApiShapeError],
  ["nothing but nulls", { data: null, errors: null }, GraphqlError],
  [
    "a code beside no data",
    { data: null, extensions: { code: "RATE_LIMITED", resetIn: "4321" } },
    ApiRateLimitedError,
  ],
  ["a code beside its extensions", { data: null, errors: [{ code: "RATE_LIMITED" }] }, ApiRateLimitedError],
  [
    "a connection that an error broke",
    {
      data: { assets: { edges: null } },
      errors: [{ path: ["assets", "edges"], extensions: null }, "odd", null],
    },
    GraphqlError,
  ],
])("%s has its own class of error", async (_, body, kind) => {
  const { simulator, client } = await createWorld();
  simulator.faults.add({ kind: "status", status: 200, body });
  const error = await all(client.graphqlPages(assets, reading())).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(kind);
  expect(error.message).not.toContain("secret");
});

const page = (edges: object[], pageInfo: object = { hasNextPage: false }, more: object = {}) => ({
  data: { assets: { edges, pageInfo, ...more } },
});
const node = { node: { id: "a", name: "A", brand: "B" } };

test.each<[string, object, string | undefined]>([
  ["errors that are null", { ...page([node]), errors: null }, undefined],
  ["no errors in the list", { ...page([node]), errors: [], extensions: { tracing: 1 } }, undefined],
  ["an empty list", page([]), undefined],
  ["an error of another field", { ...page([node]), errors: [{ path: ["rateLimit"] }] }, undefined],
  ["a count of the page", page([node], { hasNextPage: false, count: 1 }), undefined],
  [
    "an end before its count",
    page([node], { hasNextPage: false, count: 2 }),
    "the list ended before as many items as it counts",
  ],
  [
    "an end before its total",
    page([node], { hasNextPage: false }, { totalCount: 2 }),
    "the list ended before as many items as it counts",
  ],
  [
    "an error beside an empty list",
    { ...page([]), errors: [{ path: ["assets"], extensions: { code: "DOWN" } }] },
    "the API reported an error beside the items of a page",
  ],
  [
    "an error that is no list, beside whole items",
    { ...page([node]), errors: { message: "secret" } },
    "the API reported an error beside the items of a page",
  ],
  ["a place without an item", page([node, { node: null }]), "the list holds a null in place of an item"],
])("an answer with %s", async (_, body, disturbed) => {
  const { simulator, client } = await createWorld();
  simulator.faults.add({ kind: "status", status: 200, body });
  const pages = await all(client.graphqlPages(assets, reading()));
  expect(pages).toHaveLength(1);
  expect(pages[0]?.disturbed).toBe(disturbed);
});

test("a count of the list is compared with all pages of the pass", async () => {
  const { simulator, client } = await createWorld({ account: { assets: 150 } });
  const { nextCursor } = await firstOf(client.graphqlPages(assets, reading()));
  for (const [totalCount, disturbed] of [
    [101, undefined],
    [102, expect.any(String)],
  ] as const) {
    const body = page([node], { hasNextPage: false }, { totalCount });
    simulator.faults.add({ kind: "status", status: 200, body, times: 1 });
    const rest = await all(client.graphqlPages(assets, reading({ from: nextCursor })));
    expect(rest[0]?.disturbed).toEqual(disturbed);
  }
});

test("a list whose count changes between two pages is disturbed; a count of each page is not", async () => {
  const { simulator, client } = await createWorld();
  /** Reads a list of pages of two, each with its count, a slice per page. */
  const disturbed = async (counts: readonly number[]) => {
    const doubts: (string | undefined)[] = [];
    let from: string | null = null;
    for (const [index, count] of counts.entries()) {
      const hasNextPage = index < counts.length - 1;
      const body = page([node, node], { hasNextPage, endCursor: `c${index}`, count });
      simulator.faults.add({ kind: "status", status: 200, body, times: 1, operation: "graphql.assets" });
      const one: Page = await firstOf(client.graphqlPages(assets, reading({ from })));
      doubts.push(one.disturbed);
      from = one.nextCursor;
    }
    return doubts;
  };
  const changed = "the number of items changed while the list was read";
  expect(await disturbed([6, 6, 6])).toEqual([undefined, undefined, undefined]);
  expect(await disturbed([6, 5, 5])).toEqual([undefined, changed, undefined]);
  expect(await disturbed([2, 2, 2])).toEqual([undefined, undefined, undefined]);
});

test("a cursor that the API does not know begins the pass again", async () => {
  const { client } = await createWorld();
  const error = await all(client.graphqlPages(assets, reading({ from: "gone" }))).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: "ERR_API_GRAPHQL", startOver: true, apiCodes: ["BAD_USER_INPUT"] });
});

test("errors that come with status 400 are read like those with 200", async () => {
  const { simulator, client } = await createWorld();
  const body = { errors: [{ extensions: { code: "BAD_USER_INPUT" } }] };
  simulator.faults.add({ kind: "status", status: 400, body });
  const error = await all(client.graphqlPages(assets, reading())).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(GraphqlError);
  expect(error.apiCodes).toEqual(["BAD_USER_INPUT"]);
});
