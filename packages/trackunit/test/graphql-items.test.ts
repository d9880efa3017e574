import { expect, test } from "vitest";
import { partItems } from "../src/graphql-items.ts";

const failed = (code: string, ...path: (string | number)[]) => ({ code, path, resetInMs: undefined });
const at = (index: number, ...field: (string | number)[]) => ["assets", "edges", index, "node", ...field];

const whole = { id: "a", insights: { fuelLevel: 3 } };
const withNull = { id: "b", insights: null };

test("without errors every item is whole, and a null item is none", () => {
  expect(partItems("assets", [whole, withNull], [])).toEqual({ items: [whole, withNull], incomplete: [] });
  expect(partItems("assets", [whole, null, withNull], [])).toEqual({
    items: [whole, withNull],
    incomplete: [],
    disturbed: "the list holds a null in place of an item",
  });
});

test("an error that points into an item makes that one incomplete", () => {
  expect(partItems("assets", [whole, withNull], [failed("DOWN", ...at(1, "insights"))])).toEqual({
    items: [whole],
    incomplete: [{ item: withNull, reasons: ["insights: DOWN"] }],
  });
});

test("an error that says no place makes every item that holds a null incomplete", () => {
  expect(partItems("assets", [whole, withNull, null], [failed("")])).toEqual({
    items: [whole],
    incomplete: [
      { item: withNull, reasons: ["somewhere: an error without a code"] },
      { item: null, reasons: ["somewhere: an error without a code"] },
    ],
    disturbed: "the API reported an error beside the items of a page",
  });
});

test("a place that the page does not have is not a place", () => {
  const { incomplete } = partItems("assets", [whole, withNull], [failed("DOWN", ...at(7))]);
  expect(incomplete).toHaveLength(1);
});

test("an error of another part of the query is none of the items'", () => {
  const errors = [failed("DOWN", "rateLimit"), failed("DOWN", "assets", "pageInfo", "count")];
  expect(partItems("assets", [withNull], errors)).toEqual({ items: [withNull], incomplete: [] });
});

test("a field that may not be seen is left out of the item instead of being said to be empty", () => {
  const denied = failed("FORBIDDEN", ...at(0, "insights", "fuelLevel"));
  expect(partItems("assets", [{ id: "c", insights: { fuelLevel: null, hours: 3 } }], [denied]).items).toEqual(
    [{ id: "c", insights: { hours: 3 } }],
  );
  expect(partItems("assets", [withNull], [denied]).items).toEqual([{ id: "b" }]);
});

test("an item that may not be seen is none", () => {
  const { items, incomplete } = partItems("assets", [null, whole], [failed("ACCESS_DENIED", ...at(0))]);
  expect({ items, incomplete }).toEqual({ items: [whole], incomplete: [] });
});

test("a refusal explains a null item, even if something else failed elsewhere", () => {
  const errors = [failed("FORBIDDEN", ...at(0)), failed("DOWN")];
  expect(partItems("assets", [null, whole], errors)).toMatchObject({ items: [whole], incomplete: [] });
});

test("a failure together with a refusal makes the item incomplete", () => {
  const errors = [failed("FORBIDDEN", ...at(0, "name")), failed("DOWN", ...at(0, "insights"))];
  expect(partItems("assets", [{ ...withNull, name: null }], errors).incomplete).toEqual([
    { item: { ...withNull, name: null }, reasons: ["insights: DOWN"] },
  ]);
});

test("inside a list, the others stay as they are", () => {
  const item = { id: "d", sites: { edges: [{ node: null }, { node: { id: "s" } }] } };
  const denied = failed("FORBIDDEN", ...at(0, "sites", "edges", 0, "node"));
  expect(partItems("assets", [item], [denied]).items).toEqual([
    { id: "d", sites: { edges: [{}, { node: { id: "s" } }] } },
  ]);
});
