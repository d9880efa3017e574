import { readdirSync, readFileSync } from "node:fs";
import { restSite } from "@fleetkeeper/simulator";
import { expect, test } from "vitest";
import { operatingHours } from "../examples/operating-hours.ts";
import { siteAreas } from "../examples/site-areas.ts";
import { siteVisits } from "../examples/site-visits.ts";
import { loadSyncs } from "../src/index.ts";
import { createWorld, runPass } from "./world.ts";

const root = new URL("../../../", import.meta.url);
const readFile = (path: string) => readFileSync(new URL(path, root), "utf8");
const page = readFile("docs/writing-a-sync.md");

/** The files whose code the page shows: a path by itself or before a remark, then the code. */
const shown = [...page.matchAll(/^`(packages\/\S+\.ts)`.*\n\n```ts\n([\s\S]*?)```$/gm)].map(
  ([, path = "", code]) => ({ path, code }),
);

test("the page shows every example and a GraphQL sync", () => {
  const examples = readdirSync(new URL("packages/syncs/examples", root)).map(
    (name) => `packages/syncs/examples/${name}`,
  );
  expect(shown.map(({ path }) => path).sort()).toEqual(
    [...examples, "packages/syncs/src/customers.ts"].sort(),
  );
});

test.each(shown)("the page shows $path as it is", ({ path, code }) => {
  expect(code).toBe(readFile(path));
});

test("the page's links lead to existing targets", () => {
  const targets = [...page.matchAll(/\]\((\.\.?\/[^)#]+)\)/g)].map(([, target = ""]) => target);
  expect(targets.length).toBeGreaterThan(0);
  for (const target of targets) expect(readFileSync(new URL(target, new URL("docs/", root)))).toBeDefined();
});

test("site areas: every site of the account with its polygon", async () => {
  const { account, client } = await createWorld({ account: { sites: 23 } });
  const { records, misfits } = await runPass(siteAreas, client, { pageSize: 10 });
  expect(records).toEqual(new Map(account.sites().map((site) => [site.id, restSite(site)])));
  expect(misfits).toEqual([]);
});

test("site visits: all visits of every asset within the window, each once", async () => {
  const now = () => new Date("2026-03-06T20:00:00Z");
  const { simulator, account, client } = await createWorld({ account: { assets: 120 }, simulator: { now } });
  const window = { from: new Date("2026-03-02T00:00:00Z"), to: now() };
  const { records, misfits, pages } = await runPass(siteVisits, client, { window });
  const onSite = account.assets().filter(({ siteId }) => siteId !== null);
  // A visit on each of the week's five working days.
  expect(records.size).toBe(onSite.length * 5);
  for (const { assetId, siteId, enteredAt } of records.values() as Iterable<Record<string, string>>) {
    expect(onSite.find(({ id }) => id === assetId)?.siteId).toBe(siteId);
    expect(enteredAt && enteredAt >= window.from.toISOString() && enteredAt < window.to.toISOString()).toBe(
      true,
    );
  }
  expect(misfits).toEqual([]);
  expect(pages).toHaveLength(3);
  expect(simulator.requests.count({ operation: "rest.site-history" })).toBeGreaterThan(3);
});

test("operating hours: one record for each asset that has them", async () => {
  const { simulator, account, client } = await createWorld({ account: { assets: 23 } });
  const { records, misfits } = await runPass(operatingHours, client, { pageSize: 10 });
  const hours = account
    .assets()
    .map(({ id, cumulativeOperatingHours }) => [id, { assetId: id, hours: cumulativeOperatingHours }]);
  expect(records).toEqual(new Map(hours as [string, unknown][]));
  expect(misfits).toEqual([]);
  expect(simulator.requests.count({ operation: "rest.time-series" })).toBe(23);
});

test("operating hours: an answer that cannot be read is set aside, the rest of its page is not", async () => {
  const { simulator, client } = await createWorld({ account: { assets: 5 } });
  simulator.faults.add({
    kind: "status",
    status: 200,
    body: { odd: true },
    operation: "rest.time-series",
    times: 1,
  });
  const { records, misfits } = await runPass(operatingHours, client, {});
  expect(records.size).toBe(4);
  expect(misfits).toHaveLength(1);
});

test("the examples can be loaded as a publisher's own modules", async () => {
  const paths = ["operating-hours.ts", "site-areas.ts", "site-visits.ts"].map(
    (name) => new URL(`../examples/${name}`, import.meta.url).pathname,
  );
  expect((await loadSyncs(paths)).map(({ name }) => name)).toEqual([
    "operating-hours",
    "site-areas",
    "site-visits",
  ]);
});
