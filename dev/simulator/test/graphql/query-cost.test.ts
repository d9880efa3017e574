import { parse } from "graphql";
import { expect, test } from "vitest";
import { queryCost } from "../../src/graphql/query-cost.ts";
import { operationOf } from "../../src/graphql/query-document.ts";

function costOf(query: string, variables: Record<string, unknown> = {}): number {
  const document = parse(query);
  const operation = operationOf({ document, errors: [] }, undefined);
  if (!operation) throw new Error("no operation");
  return queryCost(document, operation.selectionSet, variables);
}

test("a field is one point, and a connection counts its fields for each record", () => {
  expect(costOf("{ rateLimit { cost } }")).toBe(2);
  expect(costOf("{ assets(first: 100) { edges { node { id } } } }")).toBe(1 + 100 * 3);
});

test("the number of records is read from last, from a variable, and is 20 otherwise", () => {
  expect(costOf("{ sites(last: 7) { edges { cursor } } }")).toBe(1 + 7 * 2);
  expect(costOf("query ($n: Int) { sites(first: $n) { edges { cursor } } }", { n: 5 })).toBe(1 + 5 * 2);
  expect(costOf("{ sites { edges { cursor } } }")).toBe(1 + 20 * 2);
});

test("fragments cost what is in them", () => {
  const inline = "{ assets(first: 2) { ... on AssetConnection { edges { cursor } } } }";
  const named = "{ assets(first: 2) { ...Edges } } fragment Edges on AssetConnection { edges { cursor } }";
  expect([costOf(inline), costOf(named)]).toEqual([5, 5]);
});
