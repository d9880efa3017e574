import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { queueNames } from "@fleetkeeper/jobs";
import { expect, inject, test, vi } from "vitest";
import { basic, logIn, operator, startBoard, viewer } from "../../board-world.ts";
import { addFailedInstall, canary, sealingKeyId } from "../../failed-install.ts";
import { idOf, seedAccounts } from "../../seed-accounts.ts";

const redisUrl = inject("redisUrl");
const require = createRequire(import.meta.url);

/** The path of every script and style that the Bull board's page loads. */
function assetsOfBullBoard(): string[] {
  const page = readFileSync(require.resolve("@bull-board/ui/dist/index.ejs"), "utf8");
  return [...page.matchAll(/(?:src|href)="(static\/[^"]+)"/g)].map(([, path]) => `/queues/${path}`);
}

test("without a login every asset of the Bull board and its API is 401", async () => {
  const { url } = await startBoard(redisUrl);
  const assets = assetsOfBullBoard();
  expect(assets.length).toBeGreaterThan(2);
  for (const path of [...assets, "/queues/static/locales/en-US/messages.json", "/queues/api/redis/stats"])
    expect([path, (await fetch(url + path)).status]).toEqual([path, 401]);
  const retry = await fetch(`${url}/queues/api/queues/install/x/retry`, { method: "PUT" });
  expect(retry.status).toBe(401);
});

test("with a login the Bull board lists all queues", async () => {
  const { url } = await startBoard(redisUrl);
  const headers = { cookie: await logIn(url, operator) };
  expect((await fetch(url + (assetsOfBullBoard()[0] ?? ""), { headers })).status).toBe(200);
  const { queues } = (await (await fetch(`${url}/queues/api/queues`, { headers })).json()) as {
    queues: { name: string; readOnlyMode: boolean }[];
  };
  expect(queues.map(({ name }) => name)).toEqual(queueNames);
  expect(queues.every(({ readOnlyMode }) => !readOnlyMode)).toBe(true);
});

test("an operator's retry of a failed install runs it again", async () => {
  const world = await startBoard(redisUrl);
  const { jobId, succeeded } = await addFailedInstall(world, redisUrl);
  const response = await fetch(`${world.url}/queues/api/queues/install/${encodeURIComponent(jobId)}/retry`, {
    method: "PUT",
    headers: { cookie: await logIn(world.url, operator), origin: world.url, "sec-fetch-site": "same-origin" },
  });
  expect(response.status).toBe(204);
  await succeeded;
  expect(world.logText()).toContain('"operation":"retry job"');
});

test("each job names its account and leads to its page, below our navigation", async () => {
  const world = await startBoard(redisUrl, { publicUrl: new URL("https://ops.example/fleet") });
  await addFailedInstall(world, redisUrl);
  const headers = { cookie: await logIn(world.url, viewer) };
  const linkOf = async () => {
    const path = "/queues/api/queues?activeQueue=install&status=failed";
    const { queues } = (await (await fetch(world.url + path, { headers })).json()) as {
      queues: { jobs: { externalUrl?: { displayText: string; href: string } }[] }[];
    };
    return queues[0]?.jobs[0]?.externalUrl;
  };
  const href = `/fleet/accounts/${encodeURIComponent(idOf("account-1"))}`;
  expect(await linkOf()).toEqual({ displayText: "account-1", href });
  await seedAccounts(world.mongodbUrl, ["account-1"], () => ({ name: "Acme Cranes" }));
  expect(await linkOf()).toEqual({ displayText: "Acme Cranes (account-1)", href });
  const page = await (await fetch(`${world.url}/queues`, { headers })).text();
  expect(page).toMatch(/<header class="our-top">[\s\S]*href="\/fleet\/accounts">Accounts</);
  expect(page).toContain('"timeZone":"UTC"');
});

test("a viewer sees a read-only board and is refused a retry", async () => {
  const world = await startBoard(redisUrl);
  const { jobId } = await addFailedInstall(world, redisUrl);
  const headers = { cookie: await logIn(world.url, viewer), origin: world.url };
  const list = await fetch(`${world.url}/queues/api/queues`, { headers });
  expect(await list.json()).toMatchObject({
    queues: queueNames.map(() => ({ readOnlyMode: true, allowRetries: false })),
  });
  const path = `/queues/api/queues/install/${encodeURIComponent(jobId)}/retry`;
  for (const response of [
    await fetch(world.url + path, { method: "PUT", headers }),
    await fetch(world.url + path, { method: "PUT", headers: { authorization: basic(viewer) } }),
  ]) {
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { code: "ERR_READ_ONLY_ROLE" } });
  }
  expect((await world.queueSet.queues.install.getJobCounts("failed")).failed).toBe(1);
});

test("a change that comes from another site is refused", async () => {
  const { url, queueSet } = await startBoard(redisUrl);
  const cookie = await logIn(url, operator);
  const pause = (headers: Record<string, string>) =>
    fetch(`${url}/queues/api/queues/sync/pause`, { method: "PUT", headers });
  for (const response of [
    await pause({ cookie, origin: "https://evil.example" }),
    await pause({ cookie, origin: url, "sec-fetch-site": "cross-site" }),
    await pause({ cookie }),
    await pause({ authorization: basic(operator), origin: "https://evil.example" }),
  ]) {
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { code: "ERR_FORGED_REQUEST" } });
  }
  expect(await queueSet.queues.sync.isPaused()).toBe(false);
  expect((await pause({ authorization: basic(operator) })).status).toBe(200);
  expect(await queueSet.queues.sync.isPaused()).toBe(true);
});

test("adding, editing, emptying and removing installs are off, in words that the Bull board can show", async () => {
  const world = await startBoard(redisUrl);
  const { jobId } = await addFailedInstall(world, redisUrl);
  const job = `install/${encodeURIComponent(jobId)}`;
  for (const [method, path] of [
    ["POST", "install/add"],
    ["PATCH", `${job}/update-data`],
    ["PUT", `${job}/clean`],
    ["PUT", "install/clean/failed"],
    ["PUT", "sync/empty"],
    ["PUT", "sync/obliterate"],
  ] as const) {
    const response = await fetch(`${world.url}/queues/api/queues/${path}`, {
      method,
      headers: { authorization: basic(operator), "content-type": "application/json" },
      body: "{}",
    });
    expect([path, response.status]).toEqual([path, 403]);
    expect(await response.json()).toMatchObject({
      error: { code: "ERR_OPERATION_OFF", key: "ERRORS.FORBIDDEN" },
      message: expect.stringContaining("turned off"),
    });
  }
  expect((await world.queueSet.queues.install.getJobCounts("failed")).failed).toBe(1);
});

test("neither a secret nor a sealed value is in any answer about a job, failed or done", async () => {
  const world = await startBoard(redisUrl);
  const { jobId, succeeded } = await addFailedInstall(world, redisUrl);
  const job = `/queues/api/queues/install/${encodeURIComponent(jobId)}`;
  const read = async (path: string) => {
    const response = await fetch(world.url + path, { headers: { authorization: basic(operator) } });
    expect([path, response.status]).toEqual([path, 200]);
    const text = await response.text();
    expect(text).not.toContain(canary);
    expect(text).not.toMatch(/eyJ[\w-]+\./);
    return text;
  };
  const failed = await read("/queues/api/queues?activeQueue=install&status=failed&page=1&jobsPerPage=10");
  expect(failed).toContain(`[sealed, key ${sealingKeyId}]`);
  await read(job);
  await world.queueSet.queues.install.getJob(jobId).then((found) => found?.retry());
  await succeeded;
  expect(await read(job)).toContain('"returnValue":{"accessToken":"[redacted]"');
  expect(await read(`${job}/logs`)).toContain("[sealed");
  await read(`${job}/flow`);
});

test("each operation is in the audit log before it is done, and is not done without it", async () => {
  const world = await startBoard(redisUrl);
  const { jobId } = await addFailedInstall(world, redisUrl);
  const put = (path: string) =>
    fetch(`${world.url}/queues/api/queues/${path}`, {
      method: "PUT",
      headers: { authorization: basic(operator) },
    });
  expect((await put("sync/pause")).status).toBe(200);
  expect((await put("sync/resume")).status).toBe(200);
  expect((await put("pause")).status).toBe(200);
  expect((await put(`install/${encodeURIComponent(jobId)}/retry`)).status).toBe(204);
  const actionsOf = async (queue: string) =>
    (await world.store.audit.ofQueue(queue, 10)).map(({ who, action }) => `${who}: ${action}`);
  expect(await actionsOf("sync")).toEqual(["olive: resume queue", "olive: pause queue"]);
  expect(await actionsOf("all")).toEqual(["olive: pause all queues"]);
  expect(await actionsOf("install")).toEqual([`olive: retry job ${jobId}`]);

  vi.spyOn(world.store.audit, "add").mockRejectedValue(new Error("MongoDB is away"));
  expect((await put("resume")).status).toBeGreaterThanOrEqual(500);
  expect(await world.queueSet.queues.sync.isPaused()).toBe(true);
});
