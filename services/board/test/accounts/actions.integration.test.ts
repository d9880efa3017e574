import { syncIdOf } from "@fleetkeeper/model";
import { expect, inject, test } from "vitest";
import { operator, startBoard, viewer } from "../board-world.ts";
import { addFailedInstall } from "../failed-install.ts";
import { idOf, type Seed, seedAccounts } from "../seed-accounts.ts";
import { visit } from "../visitor.ts";

const installationId = idOf("account-1");
const page = `/accounts/${encodeURIComponent(installationId)}`;
const assets = syncIdOf(installationId, "assets");

async function setup(seed: Seed = {}) {
  const world = await startBoard(inject("redisUrl"));
  await seedAccounts(world.mongodbUrl, ["account-1"], () => seed);
  return { world, operator: await visit(world.url, operator), viewer: await visit(world.url, viewer) };
}

/** Every action, with the form it needs and the words it leaves in the audit log. */
const actions: [path: string, fields: Record<string, string>, audited: { action: string; sync?: string }][] =
  [
    ["sync-now", {}, { action: "sync now" }],
    ["sync-now?sync=assets", {}, { action: "sync now", sync: "assets" }],
    ["interval?sync=assets", { minutes: "5" }, { action: "interval 300 s", sync: "assets" }],
    ["pause?sync=assets", {}, { action: "pause", sync: "assets" }],
    ["resume?sync=assets", {}, { action: "resume", sync: "assets" }],
    ["refresh-token", {}, { action: "refresh token" }],
    ["pause", {}, { action: "pause" }],
    ["resume", {}, { action: "resume" }],
    ["retry-failed", {}, { action: "retry failed jobs" }],
    ["forget", { accountId: "account-1" }, { action: "forget" }],
  ];

test("every action asks, is done, is said once, and is in the audit log with who did it", async () => {
  const { world, operator } = await setup();
  for (const [path, fields, audited] of actions) {
    const answer = await operator.submit(`${page}/do/${path}`, fields);
    expect([path, answer.status, answer.headers.get("location")]).toEqual([path, 303, page]);
    expect(await operator.page(page)).toMatch(/<p class="notice good" role="status">[^<]+/);
    expect(await operator.page(page)).not.toContain('<p class="notice good" role="status">');
    const [last] = await world.store.audit.of(installationId, 1);
    expect(last).toMatchObject({ who: "olive", ...audited });
  }
  expect(await world.queueSet.queues.forget.getJobCounts("waiting")).toEqual({ waiting: 1 });
  expect(world.logText()).toContain('"operation":"forget"');
});

test("each requested action is carried out", async () => {
  const { world, operator } = await setup();
  await operator.submit(`${page}/do/sync-now?sync=assets`);
  const due = await world.store.syncs.due(new Date(), 10);
  expect(due.map(({ _id }) => _id)).toEqual([assets]);
  await operator.submit(`${page}/do/interval?sync=assets`, { minutes: "90" });
  expect((await world.store.syncs.find(assets))?.intervalMs).toBe(5_400_000);
  await operator.submit(`${page}/do/interval?sync=assets`, { minutes: "" });
  expect((await world.store.syncs.find(assets))?.intervalMs).toBeNull();
  await operator.submit(`${page}/do/refresh-token`);
  const [prewarm] = await world.queueSet.queues.prewarm.getWaiting();
  expect(prewarm?.data).toMatchObject({ installationId, renew: true });
  await operator.submit(`${page}/do/pause`);
  expect((await world.store.installations.find(installationId))?.state).toBe("paused");
});

test("the failed jobs of an account, and all of a queue, are started again", async () => {
  const { world, operator } = await setup();
  const { succeeded } = await addFailedInstall(world, inject("redisUrl"));
  expect((await operator.submit("/retry-failed/install")).headers.get("location")).toBe("/");
  expect(await operator.page("/")).toContain("Started again: 1 failed job of install.");
  await succeeded;
  expect(await world.store.audit.ofQueue("install", 1)).toMatchObject([{ who: "olive" }]);
  expect(await operator.page("/retry-failed/install")).toContain("Done before: by olive");
  await operator.submit(`${page}/do/retry-failed`);
  expect(await operator.page(page)).toContain("No job of this account has failed.");
});

test("an action that makes no sense now is 409 and says what to do first", async () => {
  const { operator, world } = await setup({ state: "paused" });
  const answer = await operator.submit(`${page}/do/sync-now`);
  expect(answer.status).toBe(409);
  const text = await answer.text();
  expect(text).toContain("The account is paused; resume it first.");
  expect(text).toContain(`href="${page}"`);
  const asScript = await operator.send(`${page}/do/resume?sync=assets`, { headers: { accept: "*/*" } });
  expect(asScript.status).toBe(200);
  expect(await world.store.audit.of(installationId, 5)).toEqual([]);
});

test("an action on what is not there is 404", async () => {
  const { operator } = await setup();
  for (const path of [
    `${page}/do/nonsense`,
    `${page}/do/interval`,
    `${page}/do/forget?sync=assets`,
    `${page}/do/pause?sync=nonsense`,
    "/accounts/nobody/do/pause",
    "/retry-failed/dispatch",
  ])
    expect([path, (await operator.send(path)).status]).toEqual([path, 404]);
});

test("an account is only forgotten when its id is typed, and an interval is a number of minutes", async () => {
  const { operator, world } = await setup();
  const wrong = await operator.submit(`${page}/do/forget`, { accountId: "account-2" });
  expect(wrong.status).toBe(400);
  expect(await wrong.text()).toContain("Nothing was deleted");
  for (const minutes of ["0", "-5", "soon", "1e9", "Infinity"])
    expect((await operator.submit(`${page}/do/interval?sync=assets`, { minutes })).status).toBe(400);
  expect(await world.store.audit.of(installationId, 5)).toEqual([]);
});

test("a viewer gets 403 for every question and every deed", async () => {
  const { viewer, world } = await setup();
  for (const path of [...actions.map(([name]) => `${page}/do/${name}`), "/retry-failed/sync"]) {
    const method = "POST";
    const body = new URLSearchParams({ _csrf: "x" });
    expect([path, (await viewer.send(path)).status]).toEqual([path, 403]);
    expect([path, (await viewer.send(path, { method, body })).status]).toEqual([path, 403]);
  }
  expect(await world.store.audit.of(installationId, 5)).toEqual([]);
});

test("without the token of its form, or from another site, nothing is done", async () => {
  const { operator, world } = await setup();
  const post = (body: Record<string, string>, headers: Record<string, string> = {}) =>
    operator.send(`${page}/do/pause`, { method: "POST", body: new URLSearchParams(body), headers });
  for (const answer of [
    await post({}),
    await post({ _csrf: "" }),
    await post({ _csrf: "AAAA.BBBB" }),
    await post({}, { origin: "https://evil.example" }),
    await operator.send("/retry-failed/sync", { method: "POST" }),
  ])
    expect(answer.status).toBe(403);
  expect((await world.store.installations.find(installationId))?.state).toBe("active");
  expect(await world.store.audit.of(installationId, 5)).toEqual([]);
});

test("while Redis is away an action that needs it is 503 and says that nothing was started", async () => {
  const { operator, world } = await setup();
  const question = await operator.page(`${page}/do/refresh-token`);
  const _csrf = /main id="main"[\s\S]*name="_csrf" value="([^"]+)"/.exec(question)?.[1] ?? "";
  world.redis.disconnect();
  const body = new URLSearchParams({ _csrf });
  const answer = await operator.send(`${page}/do/refresh-token`, { method: "POST", body });
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain("nothing was started");
  expect((await operator.send(page)).status).toBe(200);
  expect(await operator.page(page)).toContain("Redis does not answer");
});
