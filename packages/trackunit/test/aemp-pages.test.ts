import { aempEquipment, type Simulator } from "@fleetkeeper/simulator";
import { expect, test } from "vitest";
import {
  ApiRejectedError,
  ApiShapeError,
  CursorRepeatsError,
  CursorUnreadableError,
  PagesEndlessError,
} from "../src/index.ts";
import { all, createWorld, firstOf, itemsOf, reading } from "./world.ts";

function answerWith(simulator: Simulator, body: unknown): void {
  simulator.faults.add({ kind: "status", status: 200, body, operation: "aemp.fleet", times: 1 });
}

const next = (href: string) => ({ links: [{ rel: "next", href }], equipment: [] });

test("reads every machine once, in pages of a hundred from 1", async () => {
  const { account, client } = await createWorld({ account: { assets: 250 } });
  const pages = await all(client.aempPages({}, reading()));
  expect(pages.map(({ nextCursor }) => nextCursor)).toEqual(["2", "3", null]);
  expect(itemsOf(pages)).toEqual(account.assets().map(aempEquipment));
});

test("reads on from any page", async () => {
  const { account, client } = await createWorld({ account: { assets: 250 } });
  const { nextCursor } = await firstOf(client.aempPages({}, reading()));
  const rest = await all(client.aempPages({}, reading({ from: nextCursor })));
  expect(itemsOf(rest)).toEqual(account.assets().slice(100).map(aempEquipment));
});

test("an empty fleet is one empty page", async () => {
  const { client } = await createWorld({ account: { assets: 0 } });
  expect(await all(client.aempPages({}, reading()))).toEqual([{ items: [], nextCursor: null }]);
});

test("a page that is gone because the fleet became smaller is the end", async () => {
  const { account, client } = await createWorld({ account: { assets: 201 } });
  const read: unknown[] = [];
  for await (const { items, nextCursor } of client.aempPages({}, reading())) {
    read.push(...items);
    if (nextCursor === "3") account.change(10, { delete: 1 });
  }
  expect(read).toHaveLength(200);
});

test("a first page that is not there is an error", async () => {
  const { client } = await createWorld();
  await expect(all(client.aempPages({ path: "/public/api/aemp/v9" }, reading()))).rejects.toThrow(
    ApiRejectedError,
  );
});

test("a next page with another host is asked for at the API itself", async () => {
  const { simulator, client } = await createWorld({ account: { assets: 150 } });
  answerWith(simulator, next("https://elsewhere.example/Fleet/2?from=1"));
  const pages = await all(client.aempPages({}, reading()));
  expect(pages.map(({ items }) => items.length)).toEqual([0, 50]);
  expect(simulator.requests.count({ operation: "aemp.fleet" })).toBe(2);
});

test("a next page that was read already is an error", async () => {
  const { simulator, client } = await createWorld();
  answerWith(simulator, next("/Fleet/1"));
  await expect(all(client.aempPages({}, reading()))).rejects.toThrow(CursorRepeatsError);
});

test("a next page beyond any fleet is an error", async () => {
  const { simulator, client } = await createWorld();
  simulator.faults.add({ kind: "endless", operation: "aemp.fleet" });
  const pages = all(client.aempPages({}, reading({ from: "9999" })));
  await expect(pages).rejects.toThrow(PagesEndlessError);
});

test.each([
  ["without links", { equipment: [] }],
  ["without equipment", { links: [] }],
  ["whose next page has no number", next("/Fleet/last")],
])("a page %s is no answer", async (_, body) => {
  const { simulator, client } = await createWorld();
  answerWith(simulator, body);
  await expect(all(client.aempPages({}, reading()))).rejects.toThrow(ApiShapeError);
});

test.each(["0", "-1", "x", "1.5"])("the cursor %j is none of these pages", async (from) => {
  const { client } = await createWorld();
  await expect(all(client.aempPages({}, reading({ from })))).rejects.toThrow(CursorUnreadableError);
});
