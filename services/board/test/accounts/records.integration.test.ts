import { syncIdOf } from "@fleetkeeper/model";
import { expect, inject, test } from "vitest";
import { startBoard, viewer } from "../board-world.ts";
import { openPage } from "../chromium.ts";
import { idOf, seedAccounts, startedRun } from "../seed-accounts.ts";
import { visit } from "../visitor.ts";

const path = `/accounts/${encodeURIComponent(idOf("account-1"))}`;

test("a record is found by a part of its name, shown with its history, and can be downloaded", async () => {
  const world = await startBoard(inject("redisUrl"));
  await seedAccounts(world.mongodbUrl, ["account-1"]);
  const visitor = await visit(world.url, viewer);
  expect(await visitor.page(`${path}?tab=records`)).toContain("has written a record yet");
  const run = await startedRun(world.store, syncIdOf(idOf("account-1"), "assets"));
  const records = Array.from({ length: 30 }, (_, n) => ({
    externalId: `asset/${n}`,
    data: { id: `asset/${n}`, name: `Machine <${n}>`, brand: { name: "Example" } },
  }));
  await run.writePage({ records, setAside: [], nextCursor: null });

  const page = await visitor.page(`${path}?tab=records`);
  expect(page).toMatch(/assets <span class="tally">30</);
  expect(page).toContain('<th scope="col">brand.<wbr>name</th>');
  expect(page.match(/<tr>/g)).toHaveLength(26);
  const [, next = ""] = /href="([^"]+)" rel="next"/.exec(page) ?? [];
  expect((await visitor.page(next.replaceAll("&amp;", "&"))).match(/<tr>/g)).toHaveLength(6);

  const found = await visitor.page(`${path}?tab=records&search=chine+%3C17`);
  expect(found).toContain("Machine &lt;17&gt;");
  expect(found).not.toContain("Machine &lt;16&gt;");
  const [, link = ""] = /<a href="([^"]+%2F17)"/.exec(found) ?? [];
  const record = await visitor.page(link);
  expect(record).toMatch(/First seen[\s\S]*Machine &lt;17&gt;[\s\S]*created/);
  expect((await visitor.send(`${path}/records/installations/x`)).status).toBe(404);
  expect((await visitor.send(`${path}/records/assets/none`)).status).toBe(404);

  const [, file = ""] = /href="([^"]+)" download>CSV/.exec(found) ?? [];
  const csv = await visitor.send(file.replaceAll("&amp;", "&"));
  expect(csv.headers.get("content-disposition")).toBe('attachment; filename="assets-account-1.csv"');
  expect(await csv.text()).toMatch(/^"id",.*\r\n"asset\/17",.*\r\n$/);
  const lines = await visitor.page(`${path}/records/assets?format=ndjson`);
  expect(
    lines
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).data.name),
  ).toHaveLength(30);
});

test("a search among more records than one page examines says how far it got, and continues until it finds a record", async () => {
  const world = await startBoard(inject("redisUrl"));
  await seedAccounts(world.mongodbUrl, ["account-1"]);
  const installationId = idOf("account-1");
  const run = await startedRun(world.store, syncIdOf(installationId, "assets"));
  const others = Array.from({ length: 40 }, (_, n) => ({ externalId: `a${n}`, data: { id: `a${n}` } }));
  const wanted = { externalId: "zz", data: { id: "zz", name: "Needle" } };
  await run.writePage({ records: [...others, wanted], setAside: [], nextCursor: null });
  const { records } = world.store;
  const { page: read } = records;
  const needle = { resource: "assets", whose: { installationId }, search: "needle", limit: 25 };
  const found = await read({ ...needle, atOnce: 20, searchMs: 20_000 });
  expect(found.rows.map(({ externalId }) => externalId)).toEqual(["zz"]);
  // As if looking at 20 took all the time that a page has.
  records.page = (query) => read({ ...query, atOnce: 20, searchMs: 0 });

  const visitor = await visit(world.url, viewer);
  const first = await visitor.page(`${path}?tab=records&search=needle`);
  expect(first).toContain("None among the first 20 of 41 records; the next page continues.");
  const { page } = await openPage();
  await page.goto(`${world.url}${path}?tab=records&search=needle`);
  await page.getByLabel("User").fill(viewer.name);
  await page.getByLabel("Password").fill(viewer.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("link", { name: "zz" }).waitFor();
  expect(page.url()).toContain("looked=40");
});
