import { readFileSync } from "node:fs";
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
    const answer = await fetch(`${simulator.apiUrl}${path}`, { headers });
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
])("%s of %s", async (kind, ask, expected, size) => {
  const { before, odd } = await answersTo(kind, ask, size);
  expect(odd).toMatch(expected);
  expect(before).not.toMatch(expected);
});

test("the README has every kind of fault", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  for (const kind of Object.keys(faultKinds)) expect(readme).toContain(`\`${kind}\``);
});
