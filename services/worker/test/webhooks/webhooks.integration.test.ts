import { createReceiverActions } from "@fleetkeeper/operator";
import { redisKeys } from "@fleetkeeper/redis";
import { createSealFor } from "@fleetkeeper/sealing";
import type { SimulatedAccount } from "@fleetkeeper/simulator";
import { expect, onTestFinished, test, vi } from "vitest";
import { startReceiver } from "../notify/receiver.ts";
import { createWebhookWorld, patient } from "./webhook-world.ts";

test("an event updates the record: the syncs that it concerns run at once, each once, and name the event; the publisher's own code is notified", async () => {
  const world = await createWebhookWorld();
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const { secret } = await createReceiverActions({
    store: world.store,
    sealSecret: await createSealFor(JSON.parse(world.env.SEALING_PUBLIC_KEY ?? ""), "notify-secret"),
    checkUrl: (url) => new URL(url),
    now: () => new Date(),
  }).add("olive", { url: receiver.url, events: ["trackunit.webhook"] });
  receiver.secrets.push(secret);
  await world.startWorker();
  const account = await world.installed();
  const endpoint = await world.endpointOf(account);
  const before = {
    sites: await world.sync(account, "sites"),
    customers: await world.sync(account, "customers"),
  };
  const { updated } = account.change(1, { update: 1 });
  const statuses = await Promise.all(
    Array.from({ length: 10 }, () =>
      world.deliver(endpoint, { type: "sites.asset.enter", asset: "a-secret-place" }),
    ),
  );
  expect(new Set(statuses)).toEqual(new Set([202]));
  const [id] = updated;
  const { name } = account.asset(id ?? "") ?? {};
  await vi.waitFor(async () => {
    const record = await world.db.collection("assets").findOne({ "data.id": `___Asset___${id}` });
    expect(record?.data.name).toBe(name);
    const rows = await world.deliveries(account);
    expect(rows).toHaveLength(10);
    const sites = await world.sync(account, "sites");
    expect(rows.map(({ _id }) => _id)).toContain(sites?.lastRun?.setOffBy);
  }, patient);
  const [row] = await world.deliveries(account);
  expect(row).toMatchObject({ type: "sites.asset.enter", outcome: "refreshed" });
  // With what Trackunit sent, which is sealed wherever it is kept.
  await vi.waitFor(() => expect(receiver.taken).toHaveLength(10), patient);
  expect(receiver.unverified).toBe(0);
  const told = receiver.taken.map(({ data }) => data);
  expect(told.map(({ messageId }) => messageId).sort()).toEqual(
    Array.from({ length: 10 }, (_, serial) => `msg_${serial}`),
  );
  expect(told.map(({ sequence }) => sequence)).toEqual(told.map((_, index) => index + 1));
  for (const [index, data] of told.entries())
    expect([receiver.taken[index]?.type, data]).toMatchObject([
      "trackunit.webhook",
      {
        accountId: account.accountId,
        eventType: "sites.asset.enter",
        receivedAt: expect.stringMatching(/Z$/),
        payload: { type: "sites.asset.enter", asset: "a-secret-place" },
      },
    ]);
  const kept = await Promise.all(
    ["webhookDeliveries", "eventLog", "eventAttempts"].map((name) =>
      world.db.collection(name).find().toArray(),
    ),
  );
  expect(JSON.stringify(kept)).not.toContain("a-secret-place");
  expect(row?.refreshed.map(({ sync }) => sync).toSorted()).toEqual(["asset-locations", "assets", "sites"]);
  // The schedule of a sync that the event does not concern is as it was.
  expect((await world.sync(account, "customers"))?.nextRunAt).toEqual(before.customers?.nextRunAt);
  expect(
    (await world.store.webhookEndpoints.find(endpoint.installationId, endpoint.endpointId))?.deliveries,
  ).toBe(10);
});

test("a message that is delivered again does nothing, neither while its job waits nor after it", async () => {
  const world = await createWebhookWorld();
  const stop = await world.startWorker();
  const account = await world.installed();
  const endpoint = await world.endpointOf(account);
  await stop();
  const twice = () => world.deliver(endpoint, { type: "x.y" }, { id: "msg_same" });
  expect([await twice(), await twice()]).toEqual([202, 202]);
  expect(await world.queues.waiting("webhook")).toBe(1);
  await world.startWorker();
  await vi.waitFor(async () => expect(await world.deliveries(account)).toHaveLength(1), patient);
  await world.store.webhookEndpoints.setState(endpoint._id, "active", new Date());
  expect(await twice()).toBe(202);
  await vi.waitFor(async () => expect(await world.queues.backlog("webhook")).toBe(0), patient);
  expect(await world.deliveries(account)).toHaveLength(1);
  const found = await world.store.webhookEndpoints.find(endpoint.installationId, endpoint.endpointId);
  expect(found?.deliveries).toBe(1);
});

test("an unknown type is kept and starts no sync, an event without a type has its endpoint's type, and a paused endpoint keeps events until a replay", async () => {
  const world = await createWebhookWorld();
  await world.startWorker();
  const account = await world.installed();
  const endpoint = await world.endpointOf(account, ["service-management.service-status.updated"]);
  const outcomeOf = async (body: object | string) => {
    const id = `msg_${Math.random()}`;
    expect(await world.deliver(endpoint, body, { id })).toBe(202);
    return vi.waitFor(async () => {
      const row = (await world.deliveries(account)).find(({ messageId }) => messageId === id);
      if (row === undefined) throw new Error("it is not kept yet");
      return row;
    }, patient);
  };
  expect(await outcomeOf({ type: "nobody.knows" })).toMatchObject({ outcome: "no-sync", refreshed: [] });
  expect(await outcomeOf("no json")).toMatchObject({ type: null, outcome: "refreshed" });
  await world.actions.pause("olive", endpoint.endpointId);
  const held = await outcomeOf({ type: "sites.asset.leave" });
  expect(held).toMatchObject({ outcome: "held", refreshed: [] });
  expect(await world.actions.replayAll("olive", endpoint.installationId, { outcome: "held" })).toBe(1);
  await vi.waitFor(async () => {
    const row = await world.store.webhookDeliveries.find(held._id);
    expect(row).toMatchObject({ outcome: "refreshed", replayedAt: expect.any(Date) });
  }, patient);
});

test("a removed endpoint, and one of a forgotten account, is refused within seconds and leaves nothing", async () => {
  const world = await createWebhookWorld();
  await world.startWorker();
  const account = await world.installed();
  const [one, other] = [await world.endpointOf(account), await world.endpointOf(account)];
  await world.actions.remove("olive", one.endpointId);
  await vi.waitFor(async () => expect(await world.deliver(one, {})).toBe(401), patient);
  expect(await world.deliver(other, {})).toBe(202);
  await world.store.forget(other.installationId, new Date(), []);
  // The ingress learns of it by the first delivery that finds no endpoint.
  await vi.waitFor(async () => expect(await world.deliver(other, {})).toBe(401), patient);
  expect(await world.deliveries(account)).toEqual([]);
});

test("after Redis lost all data, endpoints are restored without an operator", async () => {
  const world = await createWebhookWorld();
  await world.startWorker();
  const account = await world.installed();
  const endpoint = await world.endpointOf(account);
  const keys = redisKeys(world.namespace);
  await world.redis.del(keys.webhookRegistry(), keys.webhookEndpoint(endpoint.endpointId));
  await vi.waitFor(async () => expect(await world.deliver(endpoint, {})).toBe(202), patient);
});

test("a burst over two ingresses, a fifth of it twice, is kept once each, with at most one waiting run per sync", async () => {
  // WEBHOOK_BURST=10000 makes it the whole burst: a hundred accounts then.
  const total = Number(process.env.WEBHOOK_BURST ?? 200);
  const accounts = Math.max(2, Math.min(100, Math.floor(total / 100)));
  const world = await createWebhookWorld({ ingresses: 2 });
  await world.startWorker();
  const add = async () => {
    const account = await world.installed({ assets: 2, sites: 1 });
    return { account, ...(await world.endpointOf(account)) };
  };
  const endpoints: Awaited<ReturnType<typeof add>>[] = [];
  // A few at a time: what is waited for is that each of them has run, not that all do at once.
  while (endpoints.length < accounts)
    endpoints.push(
      ...(await Promise.all(Array.from({ length: Math.min(4, accounts - endpoints.length) }, add))),
    );
  world.simulator.requests.reset();
  const since = new Date();
  const once = Array.from({ length: Math.round(total * 0.8) }, (_, index) => index);
  const sends = [...once, ...once.slice(0, total - once.length)];
  const statuses: number[] = [];
  for (let start = 0; start < sends.length; start += 50)
    statuses.push(
      ...(await Promise.all(
        sends.slice(start, start + 50).map((index, position) => {
          const endpoint = endpoints[index % accounts];
          if (endpoint === undefined) throw new Error("there is no endpoint");
          const how = { id: `msg_${index}`, ingress: position % 2 };
          return world.deliver(endpoint, { type: "sites.asset.enter" }, how);
        }),
      )),
    );
  expect(new Set(statuses)).toEqual(new Set([202]));
  const acknowledgedMs = Date.now() - since.getTime();
  await vi.waitFor(
    async () => {
      expect(await world.db.collection("webhookDeliveries").countDocuments()).toBe(once.length);
      for (const { account } of endpoints)
        for (const name of ["sites", "assets", "asset-locations"])
          expect((await world.sync(account, name))?.lastRun?.setOffBy).toBeDefined();
    },
    { timeout: 60_000 + total * 60, interval: 1_000 },
  );
  // A sync rests for 3 s before a run that webhooks ask for, and no two of its runs overlap: one
  // page each here.
  const doneMs = Date.now() - since.getTime();
  const { requests } = world.simulator;
  const readsOf = ({ account }: (typeof endpoints)[number]) => requests.count(sitesOf(account));
  const maxRuns = Math.max(...endpoints.map(readsOf));
  expect(maxRuns).toBeLessThanOrEqual(2 + Math.ceil(doneMs / 3_000));
  for (const { account } of endpoints) expect(requests.maxConcurrent(sitesOf(account))).toBe(1);
  expect(world.simulator.requests.limitsExceeded()).toEqual([]);
  if (process.env.WEBHOOK_BURST !== undefined)
    process.stdout.write(`${JSON.stringify({ total, accounts, acknowledgedMs, doneMs, maxRuns })}\n`);
}, 1_800_000);

const sitesOf = ({ accountId }: SimulatedAccount) => ({ accountId, operation: "graphql.sites" });
