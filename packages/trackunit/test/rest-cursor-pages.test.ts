import { restAsset } from "@fleetkeeper/simulator";
import { expect, test } from "vitest";
import { ApiAnswerTooLongError, ApiRejectedError, CursorRepeatsError } from "../src/index.ts";
import { restCursorPages } from "../src/rest-cursor-pages.ts";
import { all, createWorld, firstOf, itemsOf, reading, scripted } from "./world.ts";

const assets = { family: "assets", path: "/api/asset/v1/assets" };

test("reads every item once, in pages", async () => {
  const { account, client } = await createWorld({ account: { assets: 250 } });
  const pages = await all(client.restCursorPages(assets, reading()));
  expect(pages.map(({ items }) => items.length)).toEqual([100, 100, 50]);
  expect(itemsOf(pages)).toEqual(account.assets().map(restAsset));
});

test("continues from any cursor, even if records before it were deleted", async () => {
  const { account, client } = await createWorld({ account: { assets: 250 } });
  const { items, nextCursor } = await firstOf(client.restCursorPages(assets, reading()));
  account.change(100, { delete: 1 });
  const rest = itemsOf(await all(client.restCursorPages(assets, reading({ from: nextCursor }))));
  const read = new Set([...items, ...rest].map((item) => (item as { id: string }).id));
  expect(account.assets().filter(({ id }) => !read.has(id))).toEqual([]);
});

test("an empty list is one empty page", async () => {
  const { client } = await createWorld({ account: { assets: 0 } });
  expect(await all(client.restCursorPages(assets, reading()))).toEqual([{ items: [], nextCursor: null }]);
});

test("of a list that never ends, a further page is requested only when its reader takes it", async () => {
  const { simulator, client } = await createWorld();
  simulator.faults.add({ kind: "endless" });
  let pages = 0;
  for await (const _ of client.restCursorPages(assets, reading({ pageSize: 10 }))) if (++pages === 20) break;
  expect(simulator.requests.count({ operation: "rest.assets" })).toBe(20);
});

test("a cursor that repeats is an error that begins the pass again", async () => {
  const { simulator, client } = await createWorld({ account: { assets: 250 } });
  simulator.faults.add({ kind: "repeat-cursor", operation: "rest.assets" });
  const error = await all(client.restCursorPages(assets, reading())).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(CursorRepeatsError);
  expect(error).toMatchObject({ startOver: true });
});

test("a list whose end names itself as the next page has ended", async () => {
  const send = scripted({ after: "end", content: [1] }, { after: "end", content: [] });
  const pages = await all(restCursorPages(send, assets, reading()));
  expect(pages.map(({ nextCursor }) => nextCursor)).toEqual(["end", null]);
});

test("a cursor that the API no longer knows begins the pass again", async () => {
  const { client } = await createWorld();
  const error = await all(client.restCursorPages(assets, reading({ from: "gone" }))).catch(
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(ApiRejectedError);
  expect(error).toMatchObject({ status: 400, fields: ["after"], startOver: true, remedy: "never" });
});

test("a page that is too long is read in smaller ones, down to one item", async () => {
  const account = { assets: 120 };
  const world = await createWorld({ account, trackunit: { bodyLimitBytes: 20_000 } });
  expect(itemsOf(await all(world.client.restCursorPages(assets, reading())))).toHaveLength(120);
  const narrow = await createWorld({ account, trackunit: { bodyLimitBytes: 200 } });
  await expect(all(narrow.client.restCursorPages(assets, reading()))).rejects.toThrow(ApiAnswerTooLongError);
});

test.each<[string, unknown, string | undefined]>([
  ["whose end is said", { after: null, content: [] }, undefined],
  [
    "without a word about its end",
    { content: [1] },
    "a page of the list does not say whether it is the last",
  ],
  ["that is an empty answer", undefined, "the API gave an empty answer instead of a page"],
])("a list %s is read, and marked where it proves nothing", async (_, answer, disturbed) => {
  const pages = await all(restCursorPages(scripted(answer), assets, reading()));
  expect(pages.map((page) => [page.nextCursor, page.disturbed])).toEqual([[null, disturbed]]);
});
