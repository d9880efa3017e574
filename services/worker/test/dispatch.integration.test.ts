import { consume, type QueueSet, type SyncToStart } from "@fleetkeeper/jobs";
import { type Generation, installationIdOf, installationOfSync, type SealedText } from "@fleetkeeper/model";
import { closeRedis, connectConsumer } from "@fleetkeeper/redis";
import { createLog } from "@fleetkeeper/telemetry";
import { testRedis, testStore } from "@fleetkeeper/test-worlds";
import { expect, inject, onTestFinished, test, vi } from "vitest";
import { createDispatchHandler } from "../src/dispatch.ts";
import { createHandOver } from "../src/hand-over.ts";
import { createWorkerMetrics } from "../src/metrics.ts";

async function setup(syncs: number, now = () => new Date()) {
  const { namespace, store } = await testStore();
  const { redis, queues } = await testRedis(namespace);
  const names = Array.from({ length: 50 }, (_, index) => `sync-${index}`);
  for (let account = 0; account < syncs / names.length; account++)
    await store.syncs.plan(
      { _id: installationIdOf("@a/b", String(account)), generation: "1" as Generation, state: "active" },
      names,
      { now: now() },
    );
  const tick = createDispatchHandler({
    store,
    queues,
    log: createLog({ service: "test", level: "silent" }),
    metrics: createWorkerMetrics(),
    handOver: createHandOver({ store, queues, installTraces: { of: async () => [] } as never, now }),
    publishEndpoints: async () => 0,
    relayEvents: async () => undefined,
    now,
    syncBacklog: 20,
  });
  return { namespace, store, redis, queues, tick };
}

/** How many syncs each job holds that waits. */
async function sizesOf(queues: QueueSet): Promise<number[]> {
  const jobs = await queues.queues.sync.getWaiting();
  return jobs.map(({ data }) => data.syncs.length);
}

const sum = (numbers: readonly number[]) => numbers.reduce((one, other) => one + other, 0);

test("a new install goes before all tokens that wait, also where these fill the queue", async () => {
  const { store, queues, tick } = await setup(0);
  const generation = "1" as Generation;
  const waiting = Array.from({ length: 1_000 }, (_, index) => installationIdOf("@a/b", `old ${index}`));
  await queues.addPrewarms(waiting.map((installationId) => ({ installationId, generation })));
  const installs = ["first", "second"].map((accountId) => installationIdOf("@a/b", accountId));
  for (const [index, installationId] of installs.entries())
    await store.credentials.add(
      {
        installationId,
        irisAppId: "@a/b",
        accountId: String(index),
        generation,
        sealedCredential: "sealed" as SealedText,
        clientIdFingerprint: "f",
        receivedAt: new Date(Date.now() - 1_000 + index),
      },
      { requestedScopes: [], sealKeyId: "k" },
    );
  expect(await tick()).toMatchObject({ prewarm: 2 });
  // The head of the queue, which is taken from the end of the list.
  const jobs = await queues.queues.prewarm.getJobs(["waiting"], 0, 2, true);
  expect(jobs.map(({ data }) => data.installationId)).toEqual([...installs, waiting[0]]);
});

test("a lost job of an install's first token is handed over again after half a minute, and a lost renewal later", async () => {
  let nowMs = Date.now();
  const now = () => new Date(nowMs);
  const { store, queues, tick } = await setup(0, now);
  const installationId = installationIdOf("@a/b", "new");
  const generation = "1" as Generation;
  const install = { installationId, irisAppId: "@a/b", accountId: "new", generation, receivedAt: now() };
  const how = { requestedScopes: [], sealKeyId: "k" };
  await store.install(
    { ...install, sealedCredential: "sealed" as SealedText, clientIdFingerprint: "f" },
    how,
    [],
  );
  await store.promote(installationId, generation, { ...how, isSame: false, keptMs: 0, now: now() });
  const handedOverAfter = async (seconds: number) => {
    await queues.queues.prewarm.obliterate({ force: true });
    nowMs += seconds * 1_000;
    return (await tick()).prewarm;
  };
  expect([await handedOverAfter(1), await handedOverAfter(29), await handedOverAfter(2)]).toEqual([1, 0, 1]);
  const granted = { at: now(), outcome: "granted" } as const;
  await store.installations.noteGrant(installationId, generation, {
    result: granted,
    grantedScopes: [],
    prewarmAt: now(),
  });
  expect([await handedOverAfter(1), await handedOverAfter(31), await handedOverAfter(600)]).toEqual([
    1, 0, 1,
  ]);
});

test("the backlog follows the places that workers offer, and those of a worker that is gone count no more", async () => {
  const { queues, tick } = await setup(150);
  await tick();
  expect(sum(await sizesOf(queues))).toBe(20);
  await queues.offerPlaces("gone", 1_000, new Date(Date.now() - 30_000), 20_000);
  await queues.offerPlaces("one", 10, new Date(), 20_000);
  await queues.offerPlaces("two", 10, new Date(), 20_000);
  await tick();
  expect(sum(await sizesOf(queues))).toBe(90);
});

test("a job holds as many syncs as a worker has places, and fewer where they would leave a worker without", async () => {
  const { queues, tick } = await setup(50);
  for (const worker of ["one", "two", "three"]) await queues.offerPlaces(worker, 10, new Date(), 20_000);
  await tick();
  expect(await sizesOf(queues)).toEqual([10, 10, 10, 10, 10]);
  const few = await setup(50);
  for (const worker of ["one", "two", "three"]) await few.queues.offerPlaces(worker, 100, new Date(), 20_000);
  await few.tick();
  expect((await sizesOf(few.queues)).sort()).toEqual([16, 17, 17]);
});

test("the syncs of an account are spread over the jobs, when others are due as well", async () => {
  const { queues, tick } = await setup(100);
  for (const worker of ["one", "two", "three"]) await queues.offerPlaces(worker, 10, new Date(), 20_000);
  await tick();
  const [first] = await queues.queues.sync.getWaiting(0, 0);
  const accounts: SyncToStart[] = first?.data.syncs ?? [];
  expect(accounts.map(({ syncId }) => installationOfSync(syncId))).toEqual(
    Array.from({ length: 10 }, (_, index) => installationIdOf("@a/b", String(index % 2))),
  );
});

test("one tick refills the queue as often as it runs low", { timeout: 60_000 }, async () => {
  const { namespace, queues, tick } = await setup(150);
  let taken = 0;
  const redis = connectConsumer(inject("redisUrl"));
  const consumer = consume({
    queue: "sync",
    redis,
    namespace,
    concurrency: 5,
    handle: async ({ payload }) => {
      taken += payload.syncs.length;
    },
    decide: () => ({ action: "never" }),
    onError: () => undefined,
  });
  onTestFinished(async () => {
    await consumer.close(0);
    await closeRedis(redis);
  });
  const made = await tick();
  // Far more than the 20 that may wait.
  expect(made.sync).toBeGreaterThan(40);
  await vi.waitFor(() => expect(taken).toBe(made.sync), { timeout: 20_000 });
  expect(await queues.waiting("sync")).toBe(0);
});

test("syncs whose job was lost are dispatched again although the queue never runs empty", async () => {
  let aheadMs = 0;
  const { store, queues, tick } = await setup(50, () => new Date(Date.now() + aheadMs));
  const offer = () => queues.offerPlaces("one", 20, new Date(Date.now() + aheadMs), 20_000);
  await offer();
  await tick();
  const [lost] = await queues.queues.sync.getWaiting(0, 0);
  const syncs: SyncToStart[] = lost?.data.syncs ?? [];
  const tokensOf = async () =>
    Promise.all(syncs.map(async ({ syncId }) => (await store.syncs.find(syncId))?.fencingToken));
  const before = await tokensOf();
  expect(before).toEqual(syncs.map(({ fencingToken }) => fencingToken));
  for (const job of await queues.queues.sync.getWaiting()) await job.remove();
  // Others are still dispatched, and one of them always waits.
  const newer = await queues.queues.sync.add("sync", { syncs: [] }, { timestamp: Date.now() + 60_000 });
  aheadMs = 30_000;
  await offer();
  const { sync: made } = await tick();
  expect(made).toBeGreaterThanOrEqual(syncs.length);
  expect((await tokensOf()).every((token, index) => (token ?? 0) > (before[index] ?? 0))).toBe(true);
  await newer.remove();
});

test("what waits in the queue for long is not taken for lost", async () => {
  let aheadMs = 0;
  const { queues, tick } = await setup(50, () => new Date(Date.now() + aheadMs));
  await tick();
  const before = sum(await sizesOf(queues));
  aheadMs = 120_000;
  expect((await tick()).sync).toBe(0);
  expect(sum(await sizesOf(queues))).toBe(before);
});
