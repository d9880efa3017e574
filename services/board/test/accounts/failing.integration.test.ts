import type { Waiting } from "@fleetkeeper/model";
import { expect, inject, test } from "vitest";
import { logIn, operator, startBoard } from "../board-world.ts";
import { seedAccounts } from "../seed-accounts.ts";

const fails = (sync: string, code: string) => {
  const until = new Date(Date.now() + 60_000);
  const waiting: Waiting = { for: "backoff", until, code, attempt: 2, message: "it broke" };
  return { sync, waiting, failures: 2, lastSuccessAt: new Date(Date.now() - 2 * 3_600_000 - 60_000) };
};

test("one failing account of 40 is named by the overview, and its link lists exactly the failing ones", async () => {
  const { url, mongodbUrl } = await startBoard(inject("redisUrl"));
  const ids = Array.from({ length: 40 }, (_, index) => `account-${String(index).padStart(2, "0")}`);
  await seedAccounts(mongodbUrl, ids, (accountId) => {
    if (accountId === "account-07") return { syncs: [fails("assets", "ERR_ONE"), fails("sites", "ERR_TWO")] };
    return accountId === "account-31" ? { syncs: [fails("assets", "ERR_ONE")] } : {};
  });
  const cookie = await logIn(url, operator);
  const page = async (path: string) =>
    (await fetch(url + path, { headers: { cookie, accept: "text/html" } })).text();
  const listed = async (path: string) => (await page(path)).match(/>account-\d\d</g);

  const overview = await page("/");
  expect(overview).toContain('<a href="/accounts?failing=any">3 syncs of 2 accounts fail</a>');
  expect(overview).toContain("ERR_TWO: 1 sync of 1 account, without a success for 2 h 1 min");
  expect(overview).toContain("<dt>Median age of data</dt><dd>2 min");
  expect(await listed("/accounts?failing=any")).toEqual([">account-07<", ">account-31<"]);
  expect(await listed("/accounts?failing=ERR_ONE")).toEqual([">account-07<", ">account-31<"]);
  expect(await listed("/accounts?failing=ERR_TWO")).toEqual([">account-07<"]);
  expect(await page("/accounts?failing=ERR_NONE")).toContain("No sync fails like this.");
});

test("the list of failing accounts has pages, none of them twice", async () => {
  const { url, mongodbUrl } = await startBoard(inject("redisUrl"));
  const ids = Array.from({ length: 30 }, (_, index) => `account-${String(index).padStart(2, "0")}`);
  await seedAccounts(mongodbUrl, ids, () => ({
    syncs: [fails("assets", "ERR_ONE"), fails("sites", "ERR_ONE")],
  }));
  const cookie = await logIn(url, operator);
  const page = async (path: string) =>
    (await fetch(url + path, { headers: { cookie, accept: "text/html" } })).text();
  const first = await page("/accounts?failing=ERR_ONE");
  const next = /href="([^"]+)" rel="next"/.exec(first)?.[1]?.replaceAll("&amp;", "&") ?? "";
  const second = await page(next);
  const names = `${first}${second}`.match(/>account-\d\d</g) ?? [];
  expect(names).toEqual(ids.map((id) => `>${id}<`));
});
