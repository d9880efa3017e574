import type { InstallationId } from "@fleetkeeper/model";
import type { SyncHealth } from "@fleetkeeper/store";
import { expect, test } from "vitest";
import { overviewPage } from "../../src/overview/page.ts";
import { ranges } from "../../src/overview/range.ts";
import type { OverviewFacts } from "../../src/overview/read.ts";

const at = new Date("2026-01-02T03:04:05Z");
const idle = {
  waiting: 0,
  active: 0,
  delayed: 0,
  failed: 0,
  completed: 0,
  paused: false,
  workers: 1,
  oldestWaitingAt: null,
};
const twoMinutesAgo = new Date(at.getTime() - 120_000);
const health: SyncHealth = { failing: [], syncs: 0, accounts: 0, isMore: false, oldest: null };
const atPeace = { states: { pending: 0, active: 3, paused: 0, revoked: 0 }, health, lagMs: 0, dueTokens: 0 };
const quietHour = Array.from({ length: 60 }, (_, minute) => ({
  start: new Date(Date.UTC(2026, 0, 2, 2, 5 + minute)),
  counts: {} as Record<string, number>,
}));

async function pageOf(
  facts: Partial<OverviewFacts>,
  user = "olive",
  role: "operator" | "viewer" = "operator",
) {
  const page = await overviewPage({
    identity: { user, role },
    csrfToken: "t",
    path: "/",
    facts: { at, redis: { queues: [], minutes: quietHour }, mongodb: atPeace, ...facts },
  });
  return String(page);
}

test("text from outside is escaped", async () => {
  const page = await pageOf({}, '"><script>alert(1)</script>');
  expect(page).not.toContain("<script>alert");
  expect(page).toContain("&lt;script&gt;");
});

test("failed jobs, paused queues and queues without a worker stand first", async () => {
  const page = await pageOf({
    redis: {
      minutes: quietHour,
      queues: [
        { ...idle, queue: "sync", paused: true, workers: 0, oldestWaitingAt: twoMinutesAgo, failed: 1234 },
        { ...idle, queue: "install" },
      ],
    },
  });
  expect(page).toContain("1,234 jobs failed in sync");
  expect(page).toContain("No worker takes jobs from sync");
  expect(page).toContain("The oldest job in sync has waited 2 min");
  expect(page.indexOf("jobs failed in sync")).toBeLessThan(page.indexOf("The queue sync is paused"));
  expect(page).toContain('href="/retry-failed/sync"');
});

test("if no worker runs at all, the page says so once", async () => {
  const queues = (["install", "sync"] as const).map((queue) => ({ ...idle, queue, workers: 0 }));
  const page = await pageOf({ redis: { minutes: quietHour, queues } });
  expect(page).toContain("No worker is running");
  expect(page).not.toContain("No worker takes jobs");
});

test("the page warns of rules about callback tokens that an ingress runs without", async () => {
  const page = await pageOf({
    redis: { minutes: quietHour, queues: [], unsetTokenRules: ["CALLBACK_AUDIENCE", "CALLBACK_ISSUER"] },
  });
  expect(page).toContain(
    "CALLBACK_ISSUER and CALLBACK_AUDIENCE are not set: callbacks are accepted with any",
  );
  expect(page).toMatch(/class="notice bad"[\s\S]*CALLBACK_ISSUER and/);
  expect(page).not.toContain("Nothing to do");
});

test("a viewer is offered no retry", async () => {
  const queues = [{ ...idle, queue: "sync" as const, failed: 1 }];
  const page = await pageOf({ redis: { minutes: quietHour, queues } }, "victor", "viewer");
  expect(page).not.toContain("/retry-failed/");
});

test("the page reports pending and revoked accounts and a schedule that is behind", async () => {
  const page = await pageOf({
    mongodb: {
      states: { pending: 1, active: 1, paused: 0, revoked: 2 },
      health,
      lagMs: 300_000,
      dueTokens: 0,
    },
  });
  expect(page).toContain("Trackunit refuses the credential of 2 accounts");
  expect(page).toContain("1 account has no credential that has proved itself");
  expect(page).toContain("The schedule is 5 min behind");
});

test("failing syncs are counted by code, each with the list of exactly these and since when", async () => {
  const since = new Date(at.getTime() - 3 * 3_600_000);
  const failing = [{ code: "ERR_API_FORBIDDEN", syncs: 12, accounts: 2, since, named: [] }];
  const oldest = { installationId: "@a.b.1" as InstallationId, sync: "assets", lastSuccessAt: since };
  const page = await pageOf({
    mongodb: { ...atPeace, health: { ...health, failing, syncs: 12, accounts: 2, oldest } },
  });
  expect(page).toContain('<a href="/accounts?failing=any">12 syncs of 2 accounts fail</a>');
  expect(page).toContain(
    '<a href="/accounts?failing=ERR_API_FORBIDDEN">ERR_API_FORBIDDEN: 12 syncs of 2 accounts, without a success for 3 h</a>',
  );
  expect(page).toContain('<dt>Oldest data</dt><dd><a href="/accounts/%40a.b.1">3 h</a></dd>');
  expect(page).not.toContain("Nothing to do");
});

test("the last hour is counted by result, and its chart has the same figures as text", async () => {
  const minutes = quietHour.with(10, {
    start: at,
    counts: { "callbacks:accepted": 7, "callbacks:ERR_SIGNATURE": 2, "runs:succeeded": 5 },
  });
  const page = await pageOf({ redis: { queues: [], minutes } });
  expect(page).toContain("7 accepted, 2 refused in the last hour.");
  expect(page).toContain("<code>ERR_SIGNATURE</code> 2");
  expect(page).toContain("5 succeeded, 0 failed in the last hour.");
  expect(page.match(/<rect class="bad"/g)).toHaveLength(1);
});

test("a bar's values are also text beside the chart and in a table, for a day with the date", async () => {
  const stats = [
    { start: new Date("2026-01-01T03:15:00Z"), counts: { "runs:succeeded": 7, "records:unchanged": 900 } },
    {
      start: new Date("2026-01-02T03:00:00Z"),
      counts: { "api:200": 5, "api:429": 1, "put-off:rest": 2, "api:none": 1 },
    },
  ];
  const range = ranges[1];
  const past = range && { range, stats };
  const page = await pageOf({ redis: { queues: [], minutes: quietHour, past } });
  expect(page).toContain(">01-02 03:00: 5 answered, 3 held by limits, 1 failed</p>");
  expect(page).toContain('<tr><th scope="row">01-01 03:15</th><td class="number">7</td>');
  expect(page).toContain("<code>postponed: rest</code> 2");
  expect(page).toMatch(/href="\/\?range=24h" aria-current="true"/);
  expect(page).toContain('data-live="/events?range=24h"');
  expect(page).toContain("0 changed, 0 set aside in the last 24 hours.");
});

test("the page shows the median age of data and the last lines of the log", async () => {
  const installationId = "@a.b.1" as InstallationId;
  const event = {
    id: "e",
    at: twoMinutesAgo,
    who: "fleetkeeper",
    action: "account.installed",
    installationId,
  };
  const recent = [{ ...event, kind: "event", outcome: "done" } as const];
  const page = await pageOf({ mongodb: { ...atPeace, medianAgeMs: 125_000, recent } });
  expect(page).toContain("<dt>Median age of data</dt><dd>2 min 5 s</dd>");
  expect(page).toMatch(/2 min ago<\/time><\/span>\s+account\.installed[\s\S]*href="\/accounts\/%40a\.b\.1"/);
});

test("if there is no problem, the page says so", async () => {
  expect(await pageOf({})).toContain("Nothing to do");
});

test("without Redis or MongoDB the page says so", async () => {
  expect(await pageOf({ redis: undefined })).toContain("Redis does not answer");
  expect(await pageOf({ mongodb: undefined })).toContain("MongoDB does not answer");
});
