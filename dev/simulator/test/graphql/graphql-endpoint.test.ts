import { expect, test } from "vitest";
import { globalId, graphqlAsset, graphqlCustomer, graphqlSite } from "../../src/index.ts";
import { clientOf, setup } from "../setup.ts";

const fleetQuery = `query Fleet($first: Int, $after: Cursor) {
  assets(first: $first, after: $after) {
    edges { node { ...Machine sites(first: 1) { edges { node { id name } } } } }
    pageInfo { endCursor hasNextPage count }
  }
}
fragment Machine on Asset {
  id name brand model serialNumber assetType lastSeen
  status { activity criticality }
  locations { latest { geometry { type coordinates } properties { address { streetAddress city country } updatedAt } } }
  insights {
    fuelLevel batteryStateOfChargePercent
    cumulativeOperatingHours(period: LIFETIME) cumulativeEngineHours(period: LIFETIME)
  }
}`;

async function setupAccount(assets: number, options = {}) {
  const { simulator, clock } = await setup(options);
  const account = simulator.addAccount({ assets });
  return { simulator, clock, account, client: await clientOf(simulator, account) };
}

test("paging through the whole fleet gives the truth, record for record", async () => {
  const { account, client } = await setupAccount(230);
  account.change(40, { create: 1, update: 1, delete: 1 });
  const nodes = [];
  let after: string | null = null;
  for (let page = 0; page < 10; page++) {
    const { body } = await client.graphql(fleetQuery, { first: 50, after });
    nodes.push(...body.data.assets.edges.map((edge: { node: unknown }) => edge.node));
    after = body.data.assets.pageInfo.endCursor;
    if (!body.data.assets.pageInfo.hasNextPage) break;
  }
  const expected = account.assets().map((asset) => {
    const site = account.sites().find(({ id }) => id === asset.siteId);
    const edges = site ? [{ node: { id: globalId("Site", site.id), name: site.name } }] : [];
    return { ...graphqlAsset(asset), sites: { edges } };
  });
  expect(nodes).toEqual(expected);
});

test("sites and customers are the truth too", async () => {
  const { account, client } = await setupAccount(1);
  const { body } = await client.graphql(`{
    sites(first: 50) { edges { node { id name type status city country streetAddress zipCode externalReference } } }
    customers { edges { node { id name type } } }
  }`);
  expect(body.data.sites.edges).toEqual(account.sites().map((site) => ({ node: graphqlSite(site) })));
  expect(body.data.customers.edges).toEqual(
    account.customers().map((one) => ({ node: graphqlCustomer(one) })),
  );
});

test("one asset is found by its global id, another's is not", async () => {
  const { simulator, account, client } = await setupAccount(3);
  const ask = (id: string) => client.graphql("query ($id: ID!) { asset(id: $id) { id name } }", { id });
  const [asset] = account.assets();
  const [foreign] = simulator.addAccount().assets();
  expect((await ask(globalId("Asset", asset?.id ?? ""))).body.data.asset.name).toBe(asset?.name);
  expect((await ask(globalId("Asset", foreign?.id ?? ""))).body.data.asset).toBeNull();
});

test("a page of a fleet of 200 000 builds a page of records", async () => {
  const { account, client } = await setupAccount(200_000);
  const { body } = await client.graphql(fleetQuery, { first: 100 });
  await client.graphql(fleetQuery, { first: 100, after: body.data.assets.pageInfo.endCursor });
  expect(account.records.assets.built).toBe(200);
});

test("without the last slash the answer is the web application's HTML", async () => {
  const { client } = await setupAccount(1);
  const answer = await client.postJson("/api/graphql", { query: "{ rateLimit { cost } }" });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toContain("text/html");
});

test("a query over the limit of complexity is refused before it runs", async () => {
  const { account, client } = await setupAccount(1000);
  const { status, body } = await client.graphql(fleetQuery, { first: 5000 });
  expect(status).toBe(200);
  expect(body.data).toBeNull();
  expect(body.errors[0].extensions).toMatchObject({ code: "QUERY_COMPLEXITY_REACHED", limit: 50_000 });
  expect(account.records.assets.built).toBe(0);
});

test("the budget runs out, says for how long, and comes back", async () => {
  const { client, clock } = await setupAccount(10, { graphqlBudget: 100 });
  const query = "{ assets(first: 10) { edges { node { id name } } } rateLimit { cost remaining resetIn } }";
  const { rateLimit } = (await client.graphql(query)).body.data;
  expect(rateLimit).toEqual({ cost: 45, remaining: 55, resetIn: 600_000 });
  await client.graphql(query);
  clock.forward(60_000);
  const refused = await client.graphql(query);
  expect(refused.status).toBe(200);
  expect(refused.body.errors[0].extensions).toEqual({ code: "RATE_LIMITED", cost: 45, resetIn: 540_000 });
  clock.forward(540_000);
  expect((await client.graphql(query)).body.data.rateLimit.remaining).toBe(55);
});

test.each([
  ["GRAPHQL_PARSE_FAILED", "{ assets {"],
  ["GRAPHQL_VALIDATION_FAILED", "{ assets { edges { node { noSuchField } } } }"],
  ["BAD_USER_INPUT", '{ assets(after: "nonsense") { edges { node { id } } } }'],
])("%s is an error in the answer", async (code, query) => {
  const { client } = await setupAccount(1);
  const { status, body } = await client.graphql(query);
  expect(status).toBe(200);
  expect(body.errors[0].extensions.code).toBe(code);
});

test("a query is counted under the name of its root field", async () => {
  const { simulator, account, client } = await setupAccount(1);
  await client.graphql("{ sites { pageInfo { count } } }");
  const { accountId } = account;
  expect(simulator.requests.count({ accountId, operation: "graphql.sites" })).toBe(1);
  expect(simulator.requests.count({ accountId, operation: "graphql.assets" })).toBe(0);
  expect(simulator.requests.count({ accountId, operation: "graphql" })).toBe(1);
});
