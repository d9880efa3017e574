import { noChanges, type SealedText, syncIdOf } from "@fleetkeeper/model";
import { createRedisLimiter } from "@fleetkeeper/trackunit";
import { expect, inject, test } from "vitest";
import { operator, startBoard, viewer } from "../board-world.ts";
import { addFailedInstall, canary } from "../failed-install.ts";
import { idOf, type Seed, seedAccounts, startedRun } from "../seed-accounts.ts";
import { visit } from "../visitor.ts";

const path = `/accounts/${encodeURIComponent(idOf("account-1"))}`;
const tab = (name: string) => `${path}?tab=${name}`;
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);

async function setup(seed: Seed = {}) {
  const world = await startBoard(inject("redisUrl"));
  await seedAccounts(world.mongodbUrl, ["account-1"], () => seed);
  return { world, operator: await visit(world.url, operator), viewer: await visit(world.url, viewer) };
}

test("the tabs name every sync, the token, the scopes that are missing, and key and fingerprint of the credential", async () => {
  const { viewer } = await setup({
    sealedCredential: `eyJrZXkiOiJ2YWx1ZSJ9.${canary}` as SealedText,
    requestedScopes: ["asset.view", "site.view"],
    syncs: [
      { sync: "assets", waiting: { for: "running", since: ago(30), pages: 12, records: 1_200 } },
      { sync: "sites", intervalMs: 300_000 },
    ],
  });
  const page = await viewer.page(path);
  expect(page).toContain("12 pages and 1200 records read so far");
  expect(page).toContain("Trackunit did not grant site.view");
  expect(page).toContain("5 min</span> <small>set here</small>");
  const settings = await viewer.page(tab("settings"));
  expect(settings).toContain("key-2026");
  expect(settings).toContain("0123456789abcdef");
  expect(settings).toMatch(/missing<\/span> <code>site.view<[\s\S]*granted<\/span> <code>asset.view</);
  expect(page + settings).not.toContain(canary);
  expect(page + settings).not.toContain("eyJrZXki");
});

test("ended runs are listed with what they took, counted and failed with", async () => {
  const { world, viewer } = await setup();
  const id = syncIdOf(idOf("account-1"), "assets");
  const run = await startedRun(world.store, id);
  const request = { kind: "request", at: ago(100), method: "GET", durationMs: 820, waitedMs: 3_000 } as const;
  run.note({ ...request, path: "/api/assets", status: 404, attempt: 2 });
  await run.settle({
    nextRunAt: null,
    waiting: { for: "schedule", until: new Date() },
    keepsCheckpoint: false,
    failures: 1,
    ended: {
      at: ago(60),
      startedAt: ago(134),
      outcome: "failed",
      code: "ERR_API_SHAPE",
      message: "unreadable",
      records: 1_250,
      pages: 13,
      changes: { ...noChanges, created: 3, rejected: 2 },
    },
  });
  const page = await viewer.page(tab("runs"));
  expect(page).toContain("1 min 14 s");
  expect(page).toContain("1,250");
  expect(page).toContain("3 created, 2 rejected");
  expect(page).toContain('href="/errors#ERR_API_SHAPE"');
  expect(page).toContain("<code>ERR_API_SHAPE</code></a> unreadable");
  const [, link = ""] = /href="([^"]+\/runs\/assets\/\d+)"/.exec(page) ?? [];
  const timeline = await viewer.page(link);
  expect(timeline).toMatch(
    /GET \/api\/assets<\/code> <small>try 2<\/small>[\s\S]*404[\s\S]*820 ms[\s\S]*3 s</,
  );
  expect((await viewer.send(link.replace(/\d+$/, "0"))).status).toBe(404);
});

test("hostile items that were set aside, and hostile errors, are shown as text and without secrets", async () => {
  const script = "<script>alert(1)</script>";
  const { world, viewer } = await setup({
    syncs: [
      {
        sync: "sites",
        failures: 1,
        waiting: {
          for: "backoff",
          until: new Date(Date.now() + 60_000),
          code: "ERR_X",
          attempt: 1,
          message: script,
        },
      },
    ],
  });
  const installationId = idOf("account-1");
  const run = await startedRun(world.store, syncIdOf(installationId, "assets"));
  const item = { name: script, client_secret: canary };
  const setAside = [{ externalId: `"${script}`, item, reasons: [`name: ${script}`] }];
  await run.writePage({ records: [], setAside, nextCursor: null });
  await world.store.audit.add({ at: new Date(), who: script, action: script, installationId });
  const page = (await Promise.all(["syncs", "runs", "events"].map((name) => viewer.page(tab(name))))).join();
  expect(page).toContain("&lt;script&gt;");
  expect(page).not.toContain("<script>alert");
  expect(page).not.toContain(canary);
  expect(page).toContain("1 item did not fit and is set aside");
});

test("a failed job about the account is named without its secrets, with a link to the Bull board that works", async () => {
  const { world, operator } = await setup();
  await addFailedInstall(world, inject("redisUrl"));
  const page = await operator.page(path);
  expect(page).toContain("1 job failed");
  expect(page).not.toContain(canary);
  const link = /href="\/queues(\/queue\/install\/[^"]+)"/.exec(page)?.[1] ?? "";
  const job = await operator.send(`/queues${link.replace("/queue/", "/api/queues/")}`);
  expect(job.status).toBe(200);
});

test("one press on a page syncs at once, and says that it may run into a limit", async () => {
  const until = new Date(Date.now() + 60_000);
  const { world, operator } = await setup({
    syncs: [{ sync: "assets", nextRunAt: until, waiting: { for: "rate-limit", until, family: "rest" } }],
  });
  const page = await operator.page(path);
  const [, target = ""] = /formaction="([^"]+\?sync=assets)"/.exec(page) ?? [];
  const _csrf = /id="one-step"[^>]*><input type="hidden" name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const answer = await operator.send(target, { method: "POST", body: new URLSearchParams({ _csrf }) });
  expect(answer.headers.get("location")).toBe(path);
  expect(await operator.page(path)).toContain("may run into Trackunit&#39;s limit of rest");
  const due = await world.store.syncs.due(new Date(), 10);
  expect(due.map(({ _id }) => _id)).toEqual([syncIdOf(idOf("account-1"), "assets")]);
});

test("a viewer sees the whole page and no way to change anything", async () => {
  const { viewer, operator } = await setup();
  for (const name of ["syncs", "settings"]) {
    expect(await operator.page(tab(name))).toContain("/do/");
    expect(await viewer.page(tab(name))).not.toContain("/do/");
  }
});

test("an account that is not there is 404; one that was forgotten still shows what was done to it", async () => {
  const { world, viewer } = await setup();
  expect((await viewer.send("/accounts/nobody")).status).toBe(404);
  const installationId = idOf("account-1");
  await world.store.audit.add({ at: new Date(), who: "olive", action: "forget", installationId });
  await world.store.forget(installationId, new Date(), []);
  const gone = await viewer.send(path);
  expect(gone.status).toBe(404);
  expect(await gone.text()).toMatch(/This account was forgotten[\s\S]*<strong>olive<\/strong> forget/);
});

test("what is used of each documented limit is counted, and a family that Trackunit closed is named", async () => {
  const { world, viewer } = await setup();
  const installationId = idOf("account-1");
  const limiter = createRedisLimiter({ redis: world.redis, namespace: world.namespace });
  const { signal } = new AbortController();
  for (const family of ["event-log", "event-log", "operators"])
    await limiter.take({ installationId, family }, signal);
  await limiter.take({ installationId: idOf("account-2"), family: "operators" }, signal);
  await limiter.close({ installationId, family: "graphql" }, 60_000);
  const page = await viewer.page(tab("requests"));
  const rowOf = (family: string) => page.split(`<th scope="row">${family}</th>`)[1]?.split("</tr>")[0];
  expect(rowOf("event-log")).toMatch(/ 2 of 2<[\s\S]*30 min[\s\S]*used up/);
  expect(rowOf("operators")).toMatch(/ 1 of 60<[\s\S]*1 min[\s\S]*free/);
  expect(rowOf("aemp-fleet")).toMatch(/ 0 of 1<[\s\S]*free/);
  expect(rowOf("graphql")).toMatch(/closed by Trackunit<[\s\S]*in 59 s|in 1 min/);
});
