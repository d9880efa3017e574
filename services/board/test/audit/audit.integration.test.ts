import { expect, inject, test } from "vitest";
import { operator, startBoard, viewer } from "../board-world.ts";
import { idOf, seedAccounts } from "../seed-accounts.ts";
import { visit } from "../visitor.ts";

const day = (number: number) => new Date(Date.UTC(2026, 0, number));
const nextOf = (page: string) => /href="([^"]+)" rel="next"/.exec(page)?.[1]?.replaceAll("&amp;", "&");
const actionsOn = (page: string) =>
  [...page.matchAll(/data-label="Action">([^<]*)</g)].map(([, action]) => action?.trim());

test("the log of all accounts is paged once through, filtered, and comes as a file", async () => {
  const world = await startBoard(inject("redisUrl"));
  const { store } = world;
  await seedAccounts(world.mongodbUrl, ["one", "two"]);
  // Many at the same instant, on both sides of a page's end.
  for (let index = 0; index < 60; index++)
    await store.audit.add({
      at: day(1 + (index >> 5)),
      who: "jo",
      action: `step ${index}`,
      installationId: idOf("one"),
    });
  await store.audit.add({ at: day(5), who: "cli:kim", action: "pause", installationId: idOf("two") });
  const { page } = await visit(world.url, viewer);

  const seen: (string | undefined)[] = [];
  for (let address: string | undefined = "/audit?action=step"; address !== undefined; ) {
    const shown: string = await page(address);
    seen.push(...actionsOn(shown));
    address = nextOf(shown);
  }
  expect(seen.toSorted()).toEqual(Array.from({ length: 60 }, (_, index) => `step ${index}`).toSorted());
  expect(actionsOn(await page("/audit?who=cli:kim"))).toEqual(["pause"]);
  expect(actionsOn(await page("/audit?account=two"))).toEqual(["pause"]);
  expect(actionsOn(await page("/audit?who=jo&from=2026-01-02T00:00&to=2026-01-02T00:01"))).toHaveLength(28);
  expect(actionsOn(await page("/audit?kind=event"))).toEqual([]);
  expect(actionsOn(await page("/audit?action=log%20in"))).toEqual(["log in"]);

  const csv = (await page("/audit/file/csv?account=two")).trim().split("\r\n");
  expect(csv).toEqual([
    expect.stringContaining('"at","kind","who","action","outcome"'),
    expect.stringContaining('"audit","cli:kim","pause","done"'),
  ]);
  const lines = (await page("/audit/file/ndjson?action=step")).trim().split("\n");
  expect(lines.map((line) => JSON.parse(line).at)).toEqual(
    lines.map((line) => JSON.parse(line).at).toSorted(),
  );
  expect(lines).toHaveLength(60);
});

test("an action that fails after it was noted is in the log as failed, with its code", async () => {
  const world = await startBoard(inject("redisUrl"));
  await seedAccounts(world.mongodbUrl, ["one"], () => ({ state: "active" }));
  const id = idOf("one");
  for (const { _id } of await world.store.syncs.ofInstallation(id)) await world.store.syncs.pauseOne(_id);
  const visitor = await visit(world.url, operator);
  expect((await visitor.submit(`/accounts/${encodeURIComponent(id)}/do/sync-now`)).status).toBe(409);
  const shown = await visitor.page("/audit?outcome=failed");
  expect(actionsOn(shown)).toEqual(["sync now"]);
  expect(shown).toContain("ERR_WRONG_STATE");
  expect(actionsOn(await visitor.page("/audit?account=one"))).toEqual(["sync now", "sync now"]);
});
