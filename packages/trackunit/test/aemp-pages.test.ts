import { aempEquipment, type Simulator } from "@fleetkeeper/simulator";
import { expect, test } from "vitest";
import { aempPages } from "../src/aemp-pages.ts";
import {
  ApiRejectedError,
  CursorRepeatsError,
  CursorUnreadableError,
  type Page,
  PagesEndlessError,
} from "../src/index.ts";
import { all, createWorld, firstOf, itemsOf, reading, scripted } from "./world.ts";

function answerWith(simulator: Simulator, body: unknown): void {
  simulator.faults.add({ kind: "status", status: 200, body, operation: "aemp.fleet", times: 1 });
}

const next = (href: string) => ({ links: [{ rel: "next", href }], equipment: [] });

test("reads every machine once, in pages of a hundred from 1", async () => {
  const { account, client } = await createWorld({ account: { assets: 250 } });
  const pages = await all(client.aempPages({}, reading()));
  expect(pages.map(({ nextCursor }) => nextCursor)).toEqual([
    expect.stringMatching(/^page=2&last=3&before=[\w-]{8}$/),
    expect.stringMatching(/^page=3&last=3&before=[\w-]{8}$/),
    null,
  ]);
  expect(pages.filter(({ disturbed }) => disturbed)).toEqual([]);
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

test("a page that is not there although the one before named it ends the pass, which proves nothing", async () => {
  const { simulator, client } = await createWorld({ account: { assets: 201 } });
  const pages: Page[] = [];
  for await (const page of client.aempPages({}, reading())) {
    pages.push(page);
    if (pages.length === 1) simulator.faults.add({ kind: "status", status: 404, operation: "aemp.fleet" });
  }
  expect(pages.map(({ items }) => items.length)).toEqual([100, 0]);
  expect(pages.at(-1)).toMatchObject({
    nextCursor: null,
    disturbed: "a page of the fleet is missing",
  });
});

test("a machine that came between two pages is seen by the one that it pushed over", async () => {
  const { account, client } = await createWorld({ account: { assets: 150 } });
  const pages: Page[] = [];
  for await (const page of client.aempPages({}, reading())) {
    pages.push(page);
    if (pages.length === 1) account.change(30, { create: 1 });
  }
  expect(pages[1]?.disturbed).toBe("machines moved between two pages of the fleet");
});

test("a first page that is not there is an error", async () => {
  const { client } = await createWorld();
  await expect(all(client.aempPages({ path: "/public/api/aemp/v9" }, reading()))).rejects.toThrow(
    ApiRejectedError,
  );
});

test("a next page with another host is requested from the API itself", async () => {
  const { simulator, client } = await createWorld({ account: { assets: 150 } });
  answerWith(simulator, next("https://elsewhere.example/Fleet/2?from=1"));
  const pages = await all(client.aempPages({}, reading()));
  expect(pages.map(({ items }) => items.length)).toEqual([0, 50]);
  expect(simulator.requests.count({ operation: "aemp.fleet" })).toBe(2);
});

test("a page that was read already is an error", async () => {
  const page = { ...next("/Fleet/2"), equipment: [{ EquipmentHeader: { PIN: "1" } }] };
  await expect(all(aempPages(scripted(page, page), {}, reading()))).rejects.toThrow(CursorRepeatsError);
});

test("a next page beyond any fleet is an error", async () => {
  const { simulator, client } = await createWorld();
  simulator.faults.add({ kind: "endless", operation: "aemp.fleet" });
  const pages = all(client.aempPages({}, reading({ from: "page=10000" })));
  await expect(pages).rejects.toThrow(PagesEndlessError);
});

const machines = (count: number) => Array.from({ length: count }, (_, PIN) => ({ EquipmentHeader: { PIN } }));
const plainEnd = { links: [{ rel: "last", href: "/Fleet/1" }] };

test.each<[string, unknown, number, string | undefined]>([
  ["one machine instead of a list", { ...plainEnd, equipment: machines(1)[0] }, 1, undefined],
  ["one link instead of a list", { links: plainEnd.links[0], equipment: machines(1) }, 1, undefined],
  [
    "other capital letters",
    { Links: [{ Rel: "LAST", HREF: "/Fleet/1" }], EQUIPMENT: machines(2) },
    2,
    undefined,
  ],
  ["a fleet around it", { Fleet: { Links: [], Equipment: machines(2) } }, 2, undefined],
  ["links missing", { equipment: machines(2) }, 2, "a page of the fleet does not say that it is the last"],
  ["equipment missing", plainEnd, 0, "a fleet page has no equipment, not even an empty list"],
  ["nothing said", { links: [], equipment: [] }, 0, "a page of the fleet does not say that it is the last"],
  ["no answer at all", undefined, 0, "the API gave an empty answer instead of a fleet page"],
])("a page with %s is taken as far as it is plain", async (_, body, count, disturbed) => {
  const pages = await all(aempPages(scripted(body), {}, reading()));
  expect(pages).toHaveLength(1);
  expect(pages[0]?.items).toHaveLength(count);
  expect(pages[0]?.disturbed).toBe(disturbed);
});

test.each<[string, object]>([
  ["names itself as the next", { links: [{ rel: "next", href: "/Fleet/1" }] }],
  ["names a next one without a number", { links: [{ rel: "next", href: "/Fleet/more" }] }],
  ["names no next one, but a later last one", { links: [{ rel: "last", href: "/Fleet/2" }] }],
  ["is full and has no links", {}],
])("a page that %s is followed by the next number, and proves nothing", async (_, links) => {
  const send = scripted(
    { ...links, equipment: machines(100) },
    { equipment: [{ EquipmentHeader: { PIN: "last" } }] },
  );
  const pages = await all(aempPages(send, {}, reading()));
  expect(pages.map(({ items }) => items.length)).toEqual([100, 1]);
  expect(pages[0]?.disturbed).toBe("a page of the fleet does not say clearly which page follows");
});

test.each(["relative", "../Fleet/2", "https://elsewhere.example/a/Fleet?size=5&page=2#x"])(
  "the next page's number is read from %j",
  async (href) => {
    const last = { links: [], equipment: machines(1) };
    const first = {
      links: [{ rel: "next", href: href === "relative" ? "Fleet/2" : href }],
      equipment: machines(100),
    };
    const pages = await all(aempPages(scripted(first, last), {}, reading()));
    expect(pages[0]?.disturbed).toBeUndefined();
  },
);

test("a shape without any fleet is reported at once: waiting a quarter of an hour would not change it", async () => {
  for (const body of [{}, { error: "x" }, [], "fleet", null, { equipment: 3 }]) {
    const error = await all(aempPages(scripted(body), {}, reading())).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "ERR_API_FLEET_UNREADABLE", remedy: "never" });
  }
});

test.each(["0", "2", "page=0", "page=x", "page=1.5"])(
  "the cursor %j is none of these pages",
  async (from) => {
    const { client } = await createWorld();
    await expect(all(client.aempPages({}, reading({ from })))).rejects.toThrow(CursorUnreadableError);
  },
);
