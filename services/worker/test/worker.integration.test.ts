import { findKeys } from "@fleetkeeper/redis";
import type { SimulatedAccount } from "@fleetkeeper/simulator";
import { expect, test, vi } from "vitest";
import { testWorld } from "./create-world.ts";
import { storedAssets, trueAssets } from "./truth.ts";
import type { World } from "./world.ts";

let world: World;

const patient = { timeout: 40_000, interval: 50 };

/** Waits for a run that began after `since`, and gives the sync. */
async function synced(account: SimulatedAccount, since: Date = new Date(0)) {
  return vi.waitFor(async () => {
    const sync = await syncOf(account);
    expect(sync?.lastRun).toMatchObject({ outcome: "succeeded" });
    expect(sync?.lastRun?.startedAt.getTime()).toBeGreaterThanOrEqual(since.getTime());
    return sync;
  }, patient);
}

async function syncOf(account: SimulatedAccount) {
  const all = await world.store.syncs.ofInstallation(world.installationIdOf(account));
  return all.find(({ sync }) => sync === "assets");
}

async function runAgain(account: SimulatedAccount) {
  const since = new Date();
  const sync = await syncOf(account);
  if (sync === undefined) throw new Error("the account has no sync");
  await world.store.syncs.runNow(sync._id, since);
  return synced(account, since);
}

test("after an install, the token is warm, all the account's assets are stored and every sync has begun, without waiting for a tick", async () => {
  world = await testWorld();
  const account = world.simulator.addAccount({ assets: 250 });
  await world.queues.queues.dispatch.pause();
  await world.startWorker();
  await world.install(account);
  const sync = await synced(account);
  expect(sync?.lastRun).toMatchObject({ records: 250, pages: 3, changes: { created: 250 } });
  expect(sync?.waiting.for).toBe("schedule");
  const [kept] = await world.store.syncs.runsOf(sync?._id ?? ("" as never), 1);
  const requests = kept?.timeline?.events.filter(({ kind }) => kind === "request");
  expect(requests).toHaveLength(3);
  expect(requests?.[0]).toMatchObject({ path: expect.stringMatching(/^\/api\//), status: 200, attempt: 1 });
  expect(await storedAssets(world, account)).toEqual(trueAssets(account));
  // An account has two fifths of the places: some of its syncs wait until others end.
  await vi.waitFor(async () => {
    const all = await world.store.syncs.ofInstallation(world.installationIdOf(account));
    expect(all.length).toBeGreaterThan(4);
    expect(all.filter(({ lastRun, waiting }) => lastRun === null && waiting.for === "schedule")).toEqual([]);
  }, patient);
  expect(account.tokenCalls).toBe(1);
  const installation = await world.store.installations.find(world.installationIdOf(account));
  expect(installation).toMatchObject({
    state: "active",
    lastToken: { outcome: "granted" },
    grantedScopes: ["asset.view"],
  });
});

test("later runs write changed records, mark records that two runs missed as deleted, and leave the rest unchanged", async () => {
  world = await testWorld();
  const account = world.simulator.addAccount({ assets: 120 });
  await world.startWorker();
  await world.install(account);
  await synced(account);

  const unchanged = await runAgain(account);
  expect(unchanged?.lastRun?.changes).toMatchObject({ created: 0, updated: 0, deleted: 0, unchanged: 120 });

  const changed = account.change(30, { create: 1, update: 1, delete: 1 });
  const sync = await runAgain(account);
  expect(sync?.lastRun?.changes).toMatchObject({
    created: changed.created.length,
    updated: changed.updated.length,
    deleted: 0,
  });
  const after = await runAgain(account);
  expect(after?.lastRun?.changes).toMatchObject({ created: 0, deleted: changed.deleted.length });
  expect(await storedAssets(world, account)).toEqual(trueAssets(account));
});

test("of two installs the newer one wins, even if the older one's job runs later", async () => {
  world = await testWorld();
  const account = world.simulator.addAccount({ assets: 5 });
  const now = Date.now();
  const newer = await world.install(account, { receivedAt: new Date(now) });
  await world.startWorker();
  await synced(account);
  await world.install(account, { receivedAt: new Date(now - 60_000), clientSecret: "an older secret" });
  await vi.waitFor(
    async () => expect((await world.queues.queues.install.getJobCounts("completed")).completed).toBe(2),
    patient,
  );
  const installation = await world.store.installations.find(world.installationIdOf(account));
  expect(installation?.generation).toBe(newer);
  await runAgain(account);
});

test("a first credential that is refused leaves the account pending, without a sync; a new install ends that", async () => {
  world = await testWorld();
  const account = world.simulator.addAccount({ assets: 5 });
  await world.startWorker();
  await world.install(account, { clientSecret: "not the secret" });
  const id = world.installationIdOf(account);
  await vi.waitFor(async () => {
    await world.store.credentials.tryNow(id, new Date());
    const found = await world.store.installations.find(id);
    expect(found).toMatchObject({
      state: "pending",
      candidates: [],
      refused: [{ code: "ERR_TOKEN_INVALID_CLIENT" }],
    });
  }, patient);
  expect(await syncOf(account)).toBeUndefined();
  expect(account.tokenCalls).toBeGreaterThanOrEqual(5);
  await world.install(account);
  await synced(account);
  expect((await world.store.installations.find(id))?.state).toBe("active");
});

test("an outage of the token endpoint is not a refusal: the install waits and says why", async () => {
  world = await testWorld();
  const account = world.simulator.addAccount({ assets: 5 });
  const id = world.installationIdOf(account);
  world.simulator.faults.add({ kind: "status", status: 503, operation: "apptoken" });
  await world.startWorker();
  await world.install(account);
  await vi.waitFor(async () => {
    const found = await world.store.installations.find(id);
    expect(found).toMatchObject({
      state: "pending",
      candidates: [{ last: { code: "ERR_TOKEN_UNAVAILABLE" } }],
      refused: [],
    });
  }, patient);
  world.simulator.faults.clear();
  await world.store.credentials.tryNow(id, new Date());
  await synced(account);
  world.simulator.faults.add({ kind: "status", status: 503, operation: "apptoken" });
  account.expireTokens();
  const sync = await syncOf(account);
  await world.store.syncs.runNow(sync?._id ?? expect.fail(), new Date());
  await vi.waitFor(async () => {
    expect(await world.store.installations.find(id)).toMatchObject({
      state: "active",
      lastToken: { outcome: "failed", code: "ERR_TOKEN_UNAVAILABLE" },
    });
    expect(await syncOf(account)).toMatchObject({
      waiting: { for: "backoff", code: "ERR_TOKEN_UNAVAILABLE" },
    });
  }, patient);
});

test("a rate limit makes the sync wait as long as the API says, without counting as a failure", async () => {
  world = await testWorld();
  const account = world.simulator.addAccount({ assets: 5 });
  world.simulator.faults.add({
    kind: "graphql-rate-limit",
    operation: "graphql.assets",
    resetInMs: 1_500,
    times: 1,
  });
  await world.startWorker();
  await world.install(account);
  await vi.waitFor(
    async () =>
      expect((await syncOf(account))?.waiting).toMatchObject({ for: "rate-limit", family: "graphql" }),
    patient,
  );
  const sync = await synced(account);
  expect(sync?.failures).toBe(0);
});

test("a resource that the token may not read stops only that sync, and names what it may need", async () => {
  world = await testWorld();
  const account = world.simulator.addAccount({ assets: 5 });
  world.simulator.faults.add({ kind: "forbidden", operation: "graphql.assets" });
  await world.startWorker();
  await world.install(account);
  await vi.waitFor(
    async () =>
      expect((await syncOf(account))?.waiting).toMatchObject({ for: "scope", code: "ERR_API_FORBIDDEN" }),
    patient,
  );
  const waiting = (await syncOf(account))?.waiting;
  expect(waiting?.for === "scope" && waiting.message).toContain("asset.view");
  expect((await world.store.installations.find(world.installationIdOf(account)))?.state).toBe("active");
});

test("an expired access token is replaced, and the run continues", async () => {
  world = await testWorld();
  const account = world.simulator.addAccount({ assets: 5 });
  await world.startWorker();
  await world.install(account);
  await synced(account);
  account.expireTokens();
  await runAgain(account);
  expect(account.tokenCalls).toBe(2);
});

test("a record that does not fit is set aside where an operator sees it, and does not count as deleted", async () => {
  world = await testWorld();
  const account = world.simulator.addAccount({ assets: 30 });
  await world.startWorker();
  await world.install(account);
  await synced(account);
  const [victim] = account.assets();
  world.simulator.faults.add({ kind: "bad-record", operation: "graphql.assets", itemId: victim?.id });
  const sync = await runAgain(account);
  expect(sync?.lastRun?.changes).toMatchObject({ rejected: 1, deleted: 0, unchanged: 29 });
  const [aside] = await world.store.setAside.of(sync?._id as never, 10);
  expect(aside?.reasons[0]).toMatch(/^[\w.]+: /);
  expect(await storedAssets(world, account)).toEqual(trueAssets(account));
});

test("a large fleet is read in slices, and another worker continues after a stopping one in the middle", async () => {
  world = await testWorld({ env: { SYNC_SLICE_PAGES: "3" } });
  const account = world.simulator.addAccount({ assets: 1_000 });
  const stop = await world.startWorker();
  await world.install(account);
  const pagesAsked = () => world.simulator.requests.count({ operation: "graphql.assets" });
  await vi.waitFor(() => expect(pagesAsked()).toBeGreaterThan(4), { ...patient, interval: 5 });
  await stop();
  const handedOn = await syncOf(account);
  expect(handedOn?.lastRun).toBeNull();
  expect(handedOn?.waiting.for).toMatch(/next-slice|worker/);
  await world.startWorker();
  const sync = await synced(account);
  expect(sync?.lastRun).toMatchObject({ records: 1_000, pages: 10 });
  expect(pagesAsked()).toBe(10);
  expect(await storedAssets(world, account)).toEqual(trueAssets(account));
});

test("after Redis loses all data, everything continues automatically", async () => {
  world = await testWorld();
  const account = world.simulator.addAccount({ assets: 5 });
  const stop = await world.startWorker();
  await world.install(account);
  await synced(account);
  const keys = await findKeys(world.redis, `*${world.namespace}*`);
  expect(keys.length).toBeGreaterThan(5);
  await Promise.all(keys.map((key) => world.redis.del(key)));
  await runAgain(account);
  await stop();
  for (const key of await findKeys(world.redis, `*${world.namespace}*`)) await world.redis.del(key);
  await world.startWorker();
  await runAgain(account);
  expect(account.tokenCalls).toBe(2);
});

test("many syncs of many workers request an account's token once", async () => {
  world = await testWorld();
  const accounts = Array.from({ length: 10 }, () => world.simulator.addAccount({ assets: 5 }));
  world.simulator.faults.add({ kind: "delay", operation: "apptoken", delayMs: 300 });
  await Promise.all([world.startWorker(), world.startWorker(), world.startWorker()]);
  await Promise.all(accounts.map((account) => world.install(account)));
  for (const account of accounts) await synced(account);
  expect(accounts.map(({ tokenCalls }) => tokenCalls)).toEqual(accounts.map(() => 1));
});

test("a paused account does nothing until it is resumed", async () => {
  world = await testWorld();
  const account = world.simulator.addAccount({ assets: 5 });
  await world.startWorker();
  await world.install(account);
  await synced(account);
  const id = world.installationIdOf(account);
  await world.store.pause(id);
  await world.install(account);
  await vi.waitFor(
    async () => expect((await world.queues.queues.install.getJobCounts("completed")).completed).toBe(2),
    patient,
  );
  expect(await syncOf(account)).toMatchObject({ nextRunAt: null, waiting: { for: "operator" } });
  const since = new Date();
  await world.store.resume(id, since);
  await synced(account, since);
});
