import { ExactNumber } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { z } from "zod";
import { assetLocations, defineSync, number } from "../src/index.ts";

const exact = new ExactNumber("9007199254740993");

const syncOf = (item: z.ZodType<{ id: string }>) =>
  defineSync({
    name: "numbers",
    resource: "numbers",
    scopes: [],
    intervalMs: 60_000,
    pageSize: 10,
    deletions: "never",
    pages: async function* () {
      yield { items: [], nextCursor: null };
    },
    item,
    idOf: ({ id }) => id,
  });

test("a field that the schema does not know, or that is a `number`, keeps its digits", () => {
  const { item } = syncOf(z.looseObject({ id: z.string(), hours: number }));
  const value = { id: "a", hours: exact, deep: [{ unknown: exact }] };
  expect(item.safeParse(value).data).toEqual(value);
});

test("a field that is typed z.number() gets the nearest double, wherever it is, and nothing else does", () => {
  const { item } = syncOf(
    z.looseObject({
      id: z.string(),
      hours: z.number(),
      at: z.array(z.looseObject({ x: z.number().nullish() })),
    }),
  );
  const value = { id: "a", hours: exact, at: [{ x: exact, y: exact }, { x: null }], unknown: exact };
  expect(item.safeParse(value).data).toEqual({
    id: "a",
    hours: 9_007_199_254_740_992,
    at: [{ x: 9_007_199_254_740_992, y: exact }, { x: null }],
    unknown: exact,
  });
  expect(value.hours).toBe(exact);
});

test("what does not fit for another reason does not fit", () => {
  const { item } = syncOf(z.looseObject({ id: z.string(), hours: z.number() }));
  expect(item.safeParse({ id: exact, hours: exact }).error?.issues.map(({ path }) => path)).toEqual([["id"]]);
});

test("coordinates keep every digit", () => {
  const item = { assetId: "a", geometry: { coordinates: [new ExactNumber("12.3456789012345678"), 55] } };
  expect(assetLocations.item.safeParse(item).data).toEqual(item);
});
