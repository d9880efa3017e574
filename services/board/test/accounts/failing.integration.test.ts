import { noChanges, type RunOutcome, type SyncId, type Waiting } from "@fleetkeeper/model";
import { failingReasons } from "@fleetkeeper/operator";
import { expect, inject, test, vi } from "vitest";
import { logIn, operator, startBoard } from "../board-world.ts";
import { app, idOf, seedAccounts, startedRun } from "../seed-accounts.ts";

const patient = { timeout: 20_000, interval: 200 };

const fails = (sync: string, code: string) => {
  const until = new Date(Date.now() + 60_000);
  const waiting: Waiting = { for: "backoff", until, code, attempt: 2, message: "it broke" };
  return { sync, waiting, failures: 2, lastSuccessAt: new Date(Date.now() - 2 * 3_600_000 - 60_000) };
};

const none = { records: 0, pages: 0, changes: noChanges };
/** Its last run failed with this code, and this is what it waits for now. */
const failedBefore = (sync: string, code: string, waiting: Waiting) => {
  const at = new Date(Date.now() - 60_000);
  const lastRun: RunOutcome = { at, startedAt: at, outcome: "failed", code, message: "it broke", ...none };
  return { sync, waiting, failures: 2, lastRun, lastSuccessAt: null };
};

test("one failing account of 40 is named by the overview, and its link lists exactly the failing ones", async () => {
  const { url, mongodbUrl, store } = await startBoard(inject("redisUrl"));
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
  await vi.waitFor(
    async () => expect(await page("/")).toContain("<dt>Median age of data</dt><dd>2 min"),
    patient,
  );
  expect(await listed("/accounts?failing=any")).toEqual([">account-07<", ">account-31<"]);
  expect(await listed("/accounts?failing=ERR_ONE")).toEqual([">account-07<", ">account-31<"]);
  expect(await listed("/accounts?failing=ERR_TWO")).toEqual([">account-07<"]);
  expect(await page("/accounts?failing=ERR_NONE")).toContain("No sync fails like this.");
  expect(await listed("/accounts?failing=any&search=nt-31")).toEqual([">account-31<"]);
  expect(await listed("/accounts?failing=any&search=%40acme%2Ftr")).toEqual([">account-07<", ">account-31<"]);
  for (const narrower of ["search=nt-30", "search=%40other", "state=paused"])
    expect([narrower, await listed(`/accounts?failing=any&${narrower}`)]).toEqual([narrower, null]);
  const failing = { reasons: failingReasons };
  const query = { failing, search: "ACCOUNT-0", sort: "id", limit: 10 } as const;
  const { rows, next } = await store.installations.list({ ...query, app });
  expect([rows.map(({ accountId }) => accountId), next]).toEqual([["account-07"], undefined]);
  const others = { app: "@acme/other", reference: "none", search: "none" };
  for (const [field, value] of Object.entries(others))
    expect((await store.installations.list({ ...query, [field]: value })).rows).toEqual([]);
});

test("a sync whose run failed counts as failing while the next one waits and runs, until that succeeds; not while it is paused", async () => {
  const { url, mongodbUrl, store } = await startBoard(inject("redisUrl"));
  const since = new Date();
  const waits: Record<string, Waiting> = {
    "account-01": { for: "running", since, pages: 1, records: 1 },
    "account-02": { for: "worker", since },
    "account-03": { for: "next-slice", pages: 1, records: 1 },
    "account-04": { for: "rate-limit", until: since, family: "graphql" },
    "account-05": { for: "schedule", until: since },
    "account-06": { for: "operator", code: "paused", of: "sync" },
  };
  const running = { for: "running", since, pages: 0, records: 0 } as const;
  await seedAccounts(mongodbUrl, [...Object.keys(waits), "account-07"], (accountId) => {
    const waiting = waits[accountId];
    if (waiting === undefined) return { syncs: [{ sync: "assets", waiting: running }] };
    return { syncs: [failedBefore("assets", "ERR_ONE", waiting)] };
  });
  const failing = ["account-01", "account-02", "account-03", "account-04", "account-05"];
  const cookie = await logIn(url, operator);
  const page = async (path: string) =>
    (await fetch(url + path, { headers: { cookie, accept: "text/html" } })).text();
  expect(await page("/")).toContain('<a href="/accounts?failing=any">5 syncs of 5 accounts fail</a>');
  for (const path of ["/accounts?failing=any", "/accounts?failing=ERR_ONE"])
    expect((await page(path)).match(/>account-\d\d</g)).toEqual(failing.map((id) => `>${id}<`));
  const { rows } = await store.syncs.list({ failing: failingReasons, limit: 10 });
  expect(rows.map(({ _id }) => _id)).toEqual(failing.map((id) => `${idOf(id)}/assets`));
  const run = await startedRun(store, `${idOf("account-05")}/assets` as SyncId);
  expect(await store.syncs.health(failingReasons, 2)).toMatchObject({ syncs: 5 });
  const ended: RunOutcome = { at: since, startedAt: since, outcome: "succeeded", ...none };
  await run.settle({
    ...{ nextRunAt: since, waiting: { for: "schedule", until: since }, failures: 0 },
    ...{ keepsCheckpoint: false, ended },
  });
  expect(await store.syncs.health(failingReasons)).toMatchObject({ syncs: 4 });
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
