import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type FaultKind, faultKinds } from "../../src/faults/fault.ts";
import { clientOf, setup } from "../setup.ts";

const assets = "/api/asset/v1/assets?page=0&size=2";
const fleet = "/public/api/aemp/v2/15143/-3/Fleet/1";
const assetQuery = "query { assets(first: 2) { edges { node { id } } pageInfo { endCursor hasNextPage } } }";

/** What a request gets with such a fault, and without. */
async function answersTo(kind: FaultKind, ask: "rest" | "aemp" | "graphql", size = 250) {
  const { simulator } = await setup();
  const client = await clientOf(simulator, simulator.addAccount({ assets: size }));
  const path = ask === "rest" ? assets : fleet;
  const get = async () => {
    if (ask === "graphql") return JSON.stringify((await client.graphql(assetQuery)).body);
    const headers = { authorization: client.authorization, accept: "application/json" };
    const answer = await fetch(`${simulator.apiUrl}${path}`, { headers, redirect: "manual" });
    return `${answer.status} ${await answer.text()}`;
  };
  const before = await get();
  simulator.faults.add({ kind, times: 1 });
  const odd = await get();
  expect(await get()).toBe(before);
  return { before, odd };
}

test.each<[FaultKind, "rest" | "aemp" | "graphql", string | RegExp, number?]>([
  ["no-content", "rest", /^204 $/],
  ["empty-body", "rest", /^200 $/],
  ["empty-page", "rest", /"totalElements":250.*"content":\[\]/],
  ["empty-page", "graphql", '"edges":[]'],
  ["empty-page", "aemp", '"equipment":[]'],
  ["null-list", "rest", '"content":null'],
  ["null-list", "graphql", '"edges":null'],
  ["null-list", "aemp", '"equipment":null'],
  ["early-end", "graphql", '"hasNextPage":false'],
  ["early-end", "aemp", /"links":\[\{"rel":"self","href":"[^"]*"\}\]/],
  ["no-totals", "rest", /^200 \{"number":0,"size":2,"content"/],
  ["no-totals", "aemp", /^200 \{"equipment"/],
  ["null-errors", "graphql", '"errors":null,"extensions"'],
  ["null-connection", "graphql", '"assets":null'],
  ["one-object", "aemp", '"equipment":{"EquipmentHeader"', 1],
  ["other-capitals", "aemp", '"EQUIPMENT":[{"equipmentHeader":{"oEMName"'],
  ["number-for-text", "aemp", '"SerialNumber":9007199'],
  ["relative-next", "aemp", '"rel":"next","href":"../Fleet/2"'],
  [
    "foreign-next",
    "aemp",
    '"rel":"next","href":"https://elsewhere.example/public/api/aemp/v2/15143/-3/Fleet/2"',
  ],
  ["same-next", "aemp", /"rel":"next","href":"[^"]*Fleet\/1"/],
  ["exact-numbers", "rest", '"bigInteger":9007199254740993,"longDecimal":0.1234567890123456789'],
  ["lone-surrogate", "rest", '\\ud800"'],
  ["twin-ids", "rest", /"id":"([^"]+)".*"id":"\1-case"/],
  ["zero-in-name", "rest", '"zero\\u0000name":1'],
  ["reserved-name", "rest", '{"_bsontype":"Long"}'],
  ["deep-record", "rest", /(?:\{"a":){20000}1/],
  ["large-record", "rest", /x{1000}/],
  ["heavy-page", "rest", /"outline":\[0,1,2,3/],
  ["redirect", "rest", /^302 $/],
  ["created", "rest", /^201 /],
  ["empty-errors", "graphql", '"errors":[]'],
  ["one-error", "graphql", /"data":\{.*"errors":\[\{"message"/],
  ["error-object", "graphql", /^\{"errors":\{/],
  ["null-data", "graphql", '"data":null,"errors":[{'],
  ["top-extensions", "graphql", '"extensions":{"code":"RATE_LIMITED"'],
  ["wrapped-fleet", "aemp", /^200 \{"Fleet":\{/],
])("%s of %s", async (kind, ask, expected, size) => {
  const { before, odd } = await answersTo(kind, ask, size);
  expect(odd).toMatch(expected);
  expect(before).not.toMatch(expected);
});

test("the README's table has exactly the faults that there are, in their order", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const [, section = ""] = readme.split("\n## Faults\n");
  const [table = ""] = section.split("\n## ");
  const documented = [...table.matchAll(/^\| `([\w-]+)`/gm)].map(([, kind]) => kind);
  expect(documented).toEqual(Object.keys(faultKinds));
});

test("each fault is met by a test of the product", async () => {
  const root = new URL("../../../../", import.meta.url);
  const tests: string[] = [];
  for await (const path of glob("{packages,services}/*/test/**/*.test.ts", { cwd: fileURLToPath(root) }))
    tests.push(readFileSync(new URL(path, root), "utf8"));
  const met = (kind: string) =>
    tests.some((text) => text.includes(`"${kind}"`) && text.includes("faults.add("));
  expect(Object.keys(faultKinds).filter((kind) => !met(kind))).toEqual([]);
});
