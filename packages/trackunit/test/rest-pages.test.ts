import { createBoundedMap } from "@fleetkeeper/model";
import { restAsset } from "@fleetkeeper/simulator";
import { expect, test } from "vitest";
import {
  ApiAnswerTooLongError,
  ApiShapeError,
  CursorUnreadableError,
  PagesEndlessError,
} from "../src/index.ts";
import { restPages } from "../src/rest-pages.ts";
import { createListServer } from "./list-server.ts";
import { all, createWorld, firstOf, itemsOf, reading, scripted } from "./world.ts";

const assets = { family: "assets", path: "/api/asset/v1/assets" };

/** The pages of a list whose answers are these. */
const pagesOf = (answers: unknown[], pageSize = 100) =>
  restPages(scripted(...answers), createBoundedMap(9), assets, reading({ pageSize }));

const numbered = (length: number) => Array.from({ length }, (_, index) => ({ id: String(index) }));

const idsOf = (items: readonly unknown[]) => items.map((item) => (item as { id: string }).id);

test("reads every item once, in pages", async () => {
  const { account, client } = await createWorld({ account: { assets: 250 } });
  const pages = await all(client.restPages(assets, reading()));
  expect(pages.map(({ items }) => items.length)).toEqual([100, 98, 52]);
  expect(pages.filter(({ disturbed }) => disturbed)).toEqual([]);
  expect(itemsOf(pages)).toEqual(account.assets().map(restAsset));
});

test("continues from any cursor, with the page size with which the pass began", async () => {
  const { account, client } = await createWorld({ account: { assets: 250 } });
  const { items, nextCursor } = await firstOf(client.restPages(assets, reading()));
  expect(nextCursor).toMatch(/^from=100&size=100&total=250&before=[\w.-]{55}&sample=[\w.-]{1,500}$/);
  const rest = await all(client.restPages(assets, reading({ from: nextCursor, pageSize: 7 })));
  expect([...items, ...itemsOf(rest)]).toEqual(account.assets().map(restAsset));
});

test("an empty list is one empty page", async () => {
  const { client } = await createWorld({ account: { assets: 0 } });
  expect(await all(client.restPages(assets, reading()))).toEqual([{ items: [], nextCursor: null }]);
});

test("a full page is not taken for the last one", async () => {
  const { simulator, client } = await createWorld({ account: { assets: 100 } });
  const pages = await all(client.restPages(assets, reading()));
  expect(pages.map(({ items }) => items.length)).toEqual([100, 0]);
  expect(simulator.requests.count({ operation: "rest.assets" })).toBe(2);
});

test("if the API refuses the page after the last one, the list has ended", async () => {
  const { simulator, client } = await createWorld({ account: { assets: 100 } });
  const pages = client.restPages(assets, reading());
  const read: unknown[] = [];
  for await (const { items } of pages) {
    read.push(...items);
    simulator.faults.add({ kind: "status", status: 404, operation: "rest.assets" });
  }
  expect(read).toHaveLength(100);
});

test("when the total falls, items that moved to an earlier page are read", async () => {
  for (const deletions of [1, 30, 130]) {
    const { account, client } = await createWorld({ account: { assets: 500 } });
    const read = new Set<string>();
    for await (const { items } of client.restPages(assets, reading())) {
      for (const id of idsOf(items)) read.add(id);
      if (account.assetCount > 200) account.change(deletions, { delete: 1 });
    }
    expect(account.assets().filter(({ id }) => !read.has(id))).toEqual([]);
  }
});

test("items that moved between two slices are read too", async () => {
  const { account, client } = await createWorld({ account: { assets: 300 } });
  const read = new Set<string>();
  let from: string | null = null;
  do {
    const page = await firstOf(client.restPages(assets, reading({ from })));
    for (const id of idsOf(page.items)) read.add(id);
    if (account.assetCount > 150) account.change(60, { delete: 1 });
    from = page.nextCursor;
  } while (from !== null);
  expect(account.assets().filter(({ id }) => !read.has(id))).toEqual([]);
});

test("a total that rises and falls does not stop the reading", async () => {
  const items = numbered(50);
  const { list, client } = await createListServer(items);
  list.onRequest = (count) => {
    list.items = count % 2 === 0 ? items : items.slice(1);
  };
  const pages = await all(client.restPages(assets, reading({ pageSize: 10 })));
  expect(pages.every(({ disturbed }, index) => index === 0 || disturbed !== undefined)).toBe(true);
  expect(new Set(idsOf(itemsOf(pages))).size).toBe(50);
  expect(list.requests.length).toBeLessThan(60);
});

test("nothing is skipped while the total grows", async () => {
  const { account, client } = await createWorld({ account: { assets: 300 } });
  const before = account.assets().map(({ id }) => id);
  const read = new Set<string>();
  for await (const { items } of client.restPages(assets, reading())) {
    for (const id of idsOf(items)) read.add(id);
    if (account.assetCount < 400) account.change(25, { create: 1 });
  }
  expect(before.filter((id) => !read.has(id))).toEqual([]);
});

test("requests a sorted list; if the API refuses the field, never requests it again", async () => {
  const { simulator, account, client } = await createWorld({ account: { assets: 30 } });
  const byName = await all(client.restPages({ ...assets, sort: "name" }, reading()));
  const names = itemsOf(byName).map((item) => (item as { name: string }).name);
  expect(names).toEqual([...names].sort());
  simulator.requests.reset();
  const read = await all(client.restPages({ ...assets, sort: "unknown" }, reading()));
  expect(itemsOf(read)).toEqual(account.assets().map(restAsset));
  expect(simulator.requests.count({ operation: "rest.assets" })).toBe(2);
  await all(client.restPages({ ...assets, sort: "unknown" }, reading()));
  expect(simulator.requests.count({ operation: "rest.assets" })).toBe(3);
});

test("a list that never ends is an error that begins the pass again", async () => {
  const { simulator, client } = await createWorld({ account: { assets: 250 } });
  simulator.faults.add({ kind: "endless", operation: "rest.assets" });
  const error = await all(client.restPages(assets, reading())).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(PagesEndlessError);
  expect(error).toMatchObject({ code: "ERR_API_PAGES_ENDLESS", startOver: true });
  expect(simulator.requests.count({ operation: "rest.assets" })).toBe(4);
});

test("a page beyond the API's highest page number is an error, not the end", async () => {
  const { simulator, client } = await createWorld({ account: { assets: 100 } });
  const pages = client.restPages(assets, reading());
  const reader = (async () => {
    for await (const _ of pages)
      simulator.faults.add({ kind: "status", status: 400, operation: "rest.assets" });
  })();
  await expect(reader).rejects.toMatchObject({ code: "ERR_API_REJECTED", startOver: true });
});

test("a list whose total is always 0 is read to its end, and proves nothing", async () => {
  const { list, client } = await createListServer(numbered(25));
  list.saysTotal = () => 0;
  const pages = await all(client.restPages(assets, reading({ pageSize: 20 })));
  expect(itemsOf(pages)).toEqual(numbered(25));
  expect(pages[0]?.disturbed).toBe("the list does not say how many items it has");
});

test("without totals, only a page without new items is the end", async () => {
  const { list, client } = await createListServer(numbered(25));
  list.saysTotal = () => undefined;
  const pages = await all(client.restPages(assets, reading({ pageSize: 20 })));
  expect(itemsOf(pages)).toEqual(numbered(25));
  expect(pages.at(-1)?.items).toEqual([]);
});

test("an API that knows no other sizes than its own is read to the end, and proves nothing", async () => {
  const items = numbered(70);
  const { list, client } = await createListServer(items);
  list.sizes = [20];
  const pages = await all(client.restPages(assets, reading({ pageSize: 20 })));
  expect(itemsOf(pages)).toEqual(items);
  expect(pages.some(({ disturbed }) => disturbed)).toBe(true);
});

test("a page that lost items to a filter does not end the list", async () => {
  const items = numbered(60);
  const { list, client } = await createListServer(items);
  list.hidden = (item) => item.id === "5" || Number(item.id) > 40;
  const pages = await all(client.restPages(assets, reading({ pageSize: 20 })));
  expect(new Set(idsOf(itemsOf(pages)))).toEqual(new Set(idsOf(items.filter((item) => !list.hidden(item)))));
  expect(pages[0]?.disturbed).toBe("a page held another number of items than the list said");
});

test("a page that was not requested is refused", async () => {
  const answer = { totalPages: 9, number: 4, size: 100, content: [] };
  await expect(all(pagesOf([answer]))).rejects.toThrow(ApiShapeError);
});

test("a page that is too long is read in smaller ones", async () => {
  const { account, client } = await createWorld({
    account: { assets: 250 },
    trackunit: { bodyLimitBytes: 20_000 },
  });
  const pages = await all(client.restPages(assets, reading()));
  expect(pages.length).toBeGreaterThan(3);
  expect(itemsOf(pages)).toEqual(account.assets().map(restAsset));
});

test("a single item that is too long is incomplete, and the others are read", async () => {
  for (const odd of [0, 7, 29]) {
    const items = numbered(30).map((item) => ({
      ...item,
      name: item.id === String(odd) ? "x".repeat(5_000) : "",
    }));
    const { client } = await createListServer(items, { bodyLimitBytes: 4_000 });
    const pages = await all(client.restPages(assets, reading({ pageSize: 10 })));
    expect(new Set(idsOf(itemsOf(pages)))).toEqual(new Set(idsOf(items).filter((id) => id !== String(odd))));
    expect(pages.flatMap(({ incomplete }) => incomplete ?? [])).toEqual([
      { item: null, reasons: ["item: longer than an answer may be"] },
    ]);
    expect(pages.some(({ disturbed }) => disturbed === "an item was too long to be read")).toBe(true);
  }
});

test("answers that are too long for every item are an error", async () => {
  const { client } = await createWorld({ account: { assets: 4 }, trackunit: { bodyLimitBytes: 200 } });
  await expect(all(client.restPages(assets, reading()))).rejects.toThrow(ApiAnswerTooLongError);
});

test.each([
  "",
  "3",
  "from=x&size=100&before=&sample=",
  "from=1&size=0&before=&sample=",
  "page=1&size=20",
  "after=abc",
])("the cursor %j is none of these pages", async (from) => {
  const { client } = await createWorld();
  await expect(all(client.restPages(assets, reading({ from })))).rejects.toThrow(CursorUnreadableError);
});

test.each([
  ["204", { status: 204, body: "" }],
  ["an empty body", { status: 200, body: "" }],
])(
  "%s instead of a list is an empty page that proves nothing, at the beginning and in the middle",
  async (_, answer) => {
    for (const when of [0, 1]) {
      const { list, client } = await createListServer(numbered(30));
      list.instead = (count) => (count === when ? answer : undefined);
      const pages = await all(client.restPages(assets, reading({ pageSize: 20 })));
      expect(pages).toHaveLength(when + 1);
      expect(pages.at(-1)).toEqual({
        items: [],
        nextCursor: null,
        disturbed: "the API gave an empty answer instead of a page",
      });
    }
  },
);

test("an empty list counts as undisturbed only if its total is 0", async () => {
  const empty = (body: object) => pagesOf([body]);
  expect((await all(empty({ content: [], totalElements: 0 })))[0]?.disturbed).toBeUndefined();
  expect((await all(empty({ content: [] })))[0]?.disturbed).toBeDefined();
});

test("a record that moved to an earlier page while others were added and removed is read, or the pass proves nothing", async () => {
  const { account, client } = await createWorld({ account: { assets: 100 } });
  const read = new Set<string>();
  let disturbed = false;
  let pages = 0;
  for await (const page of client.restPages(assets, reading({ pageSize: 10 }))) {
    for (const id of idsOf(page.items)) read.add(id);
    disturbed ||= page.disturbed !== undefined;
    pages++;
    if (pages === 2) account.change(1, { create: 1 });
    if (pages === 5) account.change(1, { delete: 1 });
  }
  expect(disturbed || account.assets().every(({ id }) => read.has(id))).toBe(true);
  expect(disturbed).toBe(true);
});

test.each([
  [400, { violations: [{ field: "sort" }] }],
  [400, {}],
  [500, {}],
])("a list that refuses to be sorted by %i is read in its own order", async (status, body) => {
  const { list, client } = await createListServer(numbered(5));
  list.instead = (count) => (count === 0 ? { status, body: JSON.stringify(body) } : undefined);
  expect(itemsOf(await all(client.restPages({ ...assets, sort: "id" }, reading())))).toEqual(numbered(5));
  expect(list.requests).toHaveLength(2);
});
