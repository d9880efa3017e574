import { expect, inject, test } from "vitest";
import { startBoard, viewer } from "../board-world.ts";
import { app, idOf, type Seed, seedAccounts } from "../seed-accounts.ts";
import { visit } from "../visitor.ts";

const accountIds = Array.from({ length: 400 }, (_, index) => `acct-${String(index).padStart(4, "0")}`);

async function setup(ids: readonly string[], seedOf?: (accountId: string, index: number) => Seed) {
  const world = await startBoard(inject("redisUrl"));
  await seedAccounts(world.mongodbUrl, ids, seedOf);
  return { world, viewer: await visit(world.url, viewer) };
}

const linkedAccounts = (page: string) =>
  [...page.matchAll(/<a href="\/accounts\/([^"/?]+)"/g)].map(([, id]) => decodeURIComponent(id ?? ""));
const nextOf = (page: string) => /href="([^"]+)" rel="next"/.exec(page)?.[1]?.replaceAll("&amp;", "&");

test("400 accounts are paged through, each of them once, in either order", async () => {
  const { viewer } = await setup(accountIds, (_, index) => ({
    installedAt: new Date(Date.UTC(2026, 0, 1) + index * 60_000),
  }));
  for (const start of ["/accounts", "/accounts?sort=newest"]) {
    const seen: string[] = [];
    let address: string | undefined = start;
    while (address !== undefined) {
      const page: string = await viewer.page(address);
      seen.push(...linkedAccounts(page));
      address = nextOf(page);
    }
    expect(seen).toHaveLength(400);
    expect(new Set(seen).size).toBe(400);
    expect(seen[0]).toBe(idOf(start === "/accounts" ? "acct-0000" : "acct-0399"));
  }
});

test("an account is found by any part of its id, in any case, and by its app", async () => {
  const { viewer } = await setup(accountIds.slice(0, 60));
  expect(linkedAccounts(await viewer.page("/accounts?search=T-0042"))).toEqual([idOf("acct-0042")]);
  expect(linkedAccounts(await viewer.page("/accounts?search=ACCT-004"))).toHaveLength(10);
  expect(linkedAccounts(await viewer.page("/accounts?search=acct-0042"))).toEqual([idOf("acct-0042")]);
  expect(linkedAccounts(await viewer.page(`/accounts?search=${encodeURIComponent(app)}`))).toHaveLength(25);
  expect(await viewer.page("/accounts?search=nobody")).toContain(
    "No account has this text in its id, its names or a fingerprint.",
  );
});

test("the list is filtered by state, and every state is counted", async () => {
  const { viewer } = await setup(accountIds.slice(0, 40), (_, index) =>
    index === 7 ? { state: "revoked" } : index > 30 ? { state: "paused" } : {},
  );
  const page = await viewer.page("/accounts?state=revoked");
  expect(linkedAccounts(page)).toEqual([idOf("acct-0007")]);
  expect(page).toMatch(/Active <span class="tally">30</);
  expect(page).toMatch(/Paused <span class="tally">9</);
  expect(page).toMatch(/Revoked <span class="tally">1</);
});

test("a row says why a sync waits and until when, how fresh the token is, and when all else runs", async () => {
  const inFourMinutes = new Date(Date.now() + 4 * 60_000 + 30_000);
  const { viewer } = await setup(["one"], () => ({
    syncs: [
      {
        sync: "sites",
        failures: 2,
        nextRunAt: inFourMinutes,
        waiting: {
          for: "backoff",
          until: inFourMinutes,
          code: "ERR_API_UNAVAILABLE",
          attempt: 2,
          message: "503",
        },
      },
    ],
  }));
  const page = await viewer.page("/accounts");
  expect(page).toMatch(/<strong>sites<\/strong> <span class="badge bad">backing off</);
  expect(page).toContain("<code>ERR_API_UNAVAILABLE</code></a> (attempt 2): 503");
  expect(page).toContain(`<time datetime="${inFourMinutes.toISOString()}"`);
  expect(page).toContain("in 4 min");
  expect(page).toMatch(/<span class="badge good">fresh<\/span>\s+<small>expires <time[^>]+>in 49 min</);
  expect(page).toContain("6 syncs on schedule");
  expect(page).toContain('<tr class="bad">');
});

test("hostile ids, searches and addresses are shown as the text they are", async () => {
  const hostile = `"><img src=x onerror=alert(1)>'&<script>alert(2)</script>`;
  const { viewer, world } = await setup([hostile, "tame"]);
  for (const page of [
    await viewer.page("/accounts"),
    await viewer.page(`/accounts?search=${encodeURIComponent(hostile)}`),
    await viewer.page(`/accounts/${encodeURIComponent(idOf(hostile))}`),
    await viewer.page(`/accounts/${encodeURIComponent(hostile)}`),
  ]) {
    expect(page).not.toContain("<img src=x");
    expect(page).not.toContain("<script>alert");
  }
  const found = await viewer.page(`/accounts?search=${encodeURIComponent(hostile)}`);
  expect(linkedAccounts(found)).toEqual([idOf(hostile)]);
  expect((await viewer.send(`/accounts/${encodeURIComponent(idOf(hostile))}`)).status).toBe(200);
  const damaged = await viewer.send("/accounts?after=nonsense");
  expect(damaged.status).toBe(400);
  expect(await damaged.text()).toContain("Begin at the first page");
  expect((await viewer.send("/accounts?state=nonsense&sort=1&sort=2&search[]=x")).status).toBe(200);
  expect(world.logText()).not.toContain("request failed");
});
