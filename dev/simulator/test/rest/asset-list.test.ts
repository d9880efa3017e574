import { expect, test } from "vitest";
import { restAsset } from "../../src/index.ts";
import { clientOf, setup } from "../setup.ts";

async function setupAccount(assets: number) {
  const { simulator } = await setup();
  const account = simulator.addAccount({ assets });
  return { account, client: await clientOf(simulator, account) };
}

test("all pages together are the truth, in order of id", async () => {
  const { account, client } = await setupAccount(130);
  account.change(20);
  const records = [];
  for (let page = 0; page < 3; page++) {
    const { body } = await client.get(`/api/asset/v1/assets?page=${page}&size=50`);
    expect(body).toMatchObject({ totalPages: 3, totalElements: account.assetCount, number: page, size: 50 });
    expect(body.numberOfElements).toBe(body.content.length);
    records.push(...body.content);
  }
  expect(records).toEqual(account.assets().map(restAsset));
});

test("a page past the end is empty", async () => {
  const { client } = await setupAccount(5);
  const { status, body } = await client.get("/api/asset/v1/assets?page=9");
  expect([status, body.content, body.numberOfElements]).toEqual([200, [], 0]);
});

test("sort orders by several fields, down with a minus", async () => {
  const { account, client } = await setupAccount(40);
  const { body } = await client.get("/api/asset/v1/assets?size=100&sort=brand,-productionYear");
  const expected = account
    .assets()
    .sort(
      (left, right) =>
        left.brand.localeCompare(right.brand, "en") || right.productionYear - left.productionYear,
    );
  const key = ({ brand, productionYear }: { brand: string; productionYear: number }) =>
    `${brand} ${productionYear}`;
  expect(body.content.map(key)).toEqual(expected.map(key));
});

test("cursors lead through the whole fleet to a null", async () => {
  const { account, client } = await setupAccount(45);
  const records = [];
  let after = "";
  for (let page = 0; page < 9; page++) {
    const { body } = await client.get(`/api/asset/v1/assets?limit=10${after && `&after=${after}`}`);
    expect(body.limit).toBe(10);
    records.push(...body.content);
    if (body.after === null) break;
    after = body.after;
  }
  expect(records).toEqual(account.assets().map(restAsset));
});

test.each([
  ["size", "size=1001"],
  ["size", "size=0"],
  ["page", "page=-1"],
  ["sort", "sort=secret"],
  ["after", "after=nonsense"],
  ["limit", "limit=x"],
])("a bad %s is 400 and names the field", async (field, query) => {
  const { client } = await setupAccount(1);
  const { status, body } = await client.get(`/api/asset/v1/assets?${query}`);
  expect(status).toBe(400);
  expect(body).toMatchObject({ status: 400, code: "BAD_REQUEST", violations: [{ field }] });
});

test("without a token the answer is 401 in the documented shape", async () => {
  const { simulator } = await setup();
  const response = await fetch(`${simulator.apiUrl}/api/asset/v1/assets`);
  expect(response.status).toBe(401);
  expect(await response.json()).toEqual({
    status: 401,
    code: "UNAUTHORIZED",
    message: expect.any(String),
    violations: [],
  });
});
