import { restAsset } from "@fleetkeeper/simulator";
import { expect, test } from "vitest";
import { all, createWorld, itemsOf, reading } from "./world.ts";

const assets = { family: "assets", path: "/api/asset/v1/assets" };

test("reads every item once, in pages", async () => {
  const { account, client } = await createWorld({ account: { assets: 250 } });
  const pages = await all(client.restPages(assets, reading()));
  expect(pages.map(({ items }) => items.length)).toEqual([100, 100, 50]);
  expect(itemsOf(pages)).toEqual(account.assets().map(restAsset));
});
