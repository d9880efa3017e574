import { restAsset } from "@fleetkeeper/simulator";
import { expect, test } from "vitest";
import {
  ApiAnswerTooLongError,
  ApiShapeError,
  CursorUnreadableError,
  PagesEndlessError,
} from "../src/index.ts";
import { restPages } from "../src/rest-pages.ts";
import { all, createWorld, firstOf, itemsOf, reading, scripted } from "./world.ts";

const assets = { family: "assets", path: "/api/asset/v1/assets" };

/** The pages of a list whose answers are these. */
const pagesOf = (answers: unknown[], pageSize = 100) =>
  restPages(scripted(...answers), new Set(), assets, reading({ pageSize }));

const idsOf = (items: readonly unknown[]) => items.map((item) => (item as { id: string }).id);

test("reads every item once, in pages", async () => {
  const { account, client } = await createWorld({ account: { assets: 250 } });
  const pages = await all(client.restPages(assets, reading()));
  expect(pages.map(({ items }) => items.length)).toEqual([100, 100, 50]);
  expect(itemsOf(pages)).toEqual(account.assets().map(restAsset));
});

test("reads on from any cursor, with the page size that the pass was begun with", async () => {
  const { account, client } = await createWorld({ account: { assets: 250 } });
  const { items, nextCursor } = await firstOf(client.restPages(assets, reading()));
  expect(nextCursor).toBe("page=1&size=100&total=250");
  const rest = await all(client.restPages(assets, reading({ from: nextCursor, pageSize: 7 })));
  expect([...items, ...itemsOf(rest)]).toEqual(account.assets().map(restAsset));
});

test("an empty list is one empty page", async () => {
  const { client } = await createWorld({ account: { assets: 0 } });
  expect(await all(client.restPages(assets, reading()))).toEqual([{ items: [], nextCursor: null }]);
});

test("a full page is not believed to be the last one", async () => {
  const { simulator, client } = await createWorld({ account: { assets: 200 } });
  const pages = await all(client.restPages(assets, reading()));
  expect(pages.map(({ items }) => items.length)).toEqual([100, 100, 0]);
  expect(simulator.requests.count({ operation: "rest.assets" })).toBe(3);
});

test("an API that knows no page after the last one has no more items", async () => {
  const { simulator, client } = await createWorld({ account: { assets: 100 } });
  const pages = client.restPages(assets, reading());
  const read: unknown[] = [];
  for await (const { items } of pages) {
    read.push(...items);
    simulator.faults.add({ kind: "status", status: 404, operation: "rest.assets" });
  }
  expect(read).toHaveLength(100);
});

test("reads what moved to a page that was read already when the total falls", async () => {
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

test("what moved between two slices is read as well", async () => {
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

test("a total that goes up and down does not hold the reading up", async () => {
  const page = (number: number, totalElements: number, content = [{ id: String(number) }]) => ({
    totalPages: 3,
    totalElements,
    number,
    size: 1,
    content,
  });
  const answers = [page(0, 3), page(1, 2), page(0, 3), page(1, 2), page(2, 3), page(3, 2, [])];
  expect(await all(pagesOf(answers, 1))).toHaveLength(6);
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

test("sorts, and does without when the API refuses the field: once for all", async () => {
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

test("a list that never ends is an error that begins the pass anew", async () => {
  const { simulator, client } = await createWorld({ account: { assets: 250 } });
  simulator.faults.add({ kind: "endless", operation: "rest.assets" });
  const error = await all(client.restPages(assets, reading())).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(PagesEndlessError);
  expect(error).toMatchObject({ code: "ERR_API_PAGES_ENDLESS", startOver: true });
  expect(simulator.requests.count({ operation: "rest.assets" })).toBe(4);
});

test("a page beyond what the API is willing to count is an error, not the end", async () => {
  const { simulator, client } = await createWorld({ account: { assets: 100 } });
  const pages = client.restPages(assets, reading());
  const reader = (async () => {
    for await (const _ of pages)
      simulator.faults.add({ kind: "status", status: 400, operation: "rest.assets" });
  })();
  await expect(reader).rejects.toMatchObject({ code: "ERR_API_REJECTED", startOver: true });
});

test("a list whose total is always 0 is read to its end", async () => {
  const page = (number: number, content: number[]) => ({
    totalPages: 0,
    totalElements: 0,
    number,
    size: 2,
    content,
  });
  expect(itemsOf(await all(pagesOf([page(0, [1, 2]), page(1, [3, 4]), page(2, [5])], 2)))).toEqual([
    1, 2, 3, 4, 5,
  ]);
});

test("without totals, only an empty page is the end", async () => {
  const answers = [{ content: [1, 2] }, { content: [3] }, { content: [] }];
  expect(itemsOf(await all(pagesOf(answers)))).toEqual([1, 2, 3]);
});

test("an API that caps the page size is read to the end", async () => {
  const page = (number: number, content: number[]) => ({ totalElements: 5, number, size: 2, content });
  const answers = [page(0, [1, 2]), page(1, [3, 4]), page(2, [5])];
  expect(itemsOf(await all(pagesOf(answers)))).toEqual([1, 2, 3, 4, 5]);
});

test("a page that lost items to a filter does not end the list", async () => {
  const page = (number: number, content: number[]) => ({ totalPages: 3, number, size: 2, content });
  expect(itemsOf(await all(pagesOf([page(0, [1]), page(1, []), page(2, [2])], 2)))).toEqual([1, 2]);
});

test("another page than the one asked for is no answer", async () => {
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

test("an item that is too long by itself is an error", async () => {
  const { client } = await createWorld({ account: { assets: 4 }, trackunit: { bodyLimitBytes: 200 } });
  await expect(all(client.restPages(assets, reading()))).rejects.toThrow(ApiAnswerTooLongError);
});

test.each(["", "3", "page=x&size=100", "page=1&size=0", "after=abc"])(
  "the cursor %j is none of these pages",
  async (from) => {
    const { client } = await createWorld();
    await expect(all(client.restPages(assets, reading({ from })))).rejects.toThrow(CursorUnreadableError);
  },
);
