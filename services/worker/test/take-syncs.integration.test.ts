import { consume } from "@fleetkeeper/jobs";
import { type Generation, installationIdOf, type SyncId } from "@fleetkeeper/model";
import { connectConsumer } from "@fleetkeeper/redis";
import type { Run, Store } from "@fleetkeeper/store";
import { createLog, noTraces } from "@fleetkeeper/telemetry";
import { testRedis, testStore } from "@fleetkeeper/test-worlds";
import { expect, inject, onTestFinished, test, vi } from "vitest";
import { createWorkerMetrics } from "../src/metrics.ts";
import { createPlaces } from "../src/places.ts";
import type { Place, SliceOutcome } from "../src/run-slice.ts";
import { createTakeSyncs } from "../src/take-syncs.ts";

const patient = { timeout: 30_000, interval: 20 };
const leaseMs = 60_000;
const now = () => new Date();
const log = createLog({ service: "test", level: "silent" });

/** Accounts of one sync each, all due, and workers whose slices end when the test says so. */
async function setup(accounts: number) {
  const { namespace, store } = await testStore();
  const { redis, queues } = await testRedis(namespace);
  const ids = Array.from({ length: accounts }, (_, index) => installationIdOf("@a/b", String(index)));
  for (const _id of ids) await plan(_id, ["things"]);

  return { namespace, store, redis, queues, ids, plan, dispatchAll, startWorker };

  async function plan(_id: (typeof ids)[number], names: string[]) {
    await store.syncs.plan({ _id, generation: "1" as Generation, state: "active" }, names, { now: now() });
  }

  /** One job of all that is due. */
  async function dispatchAll() {
    const again = new Date(Date.now() + 600_000);
    const syncs = await store.syncs.dispatch(await store.syncs.due(now(), 100), now(), again);
    await queues.addSyncs([syncs]);
    return syncs;
  }

  function startWorker(how: {
    total: number;
    perAccount?: number;
    through?: Store;
    lockDurationMs?: number;
  }) {
    const { total, perAccount = total, through = store, lockDurationMs = 30_000 } = how;
    const started: SyncId[] = [];
    const startedNext: string[] = [];
    const ends = new Map<SyncId, () => void>();
    const runSlice = async (run: Run, { signal }: Place): Promise<SliceOutcome> => {
      started.push(run.sync._id);
      await new Promise<void>((end) => {
        ends.set(run.sync._id, end);
        signal.addEventListener("abort", () => end());
      });
      return { outcome: "succeeded" };
    };
    const places = createPlaces({ total, perAccount });
    const takeSyncs = createTakeSyncs({
      store: through,
      queues,
      places,
      runSlice,
      startNext: async (account) => void startedNext.push(account),
      log,
      metrics: createWorkerMetrics(),
      traces: noTraces,
      now,
      leaseMs,
    });
    const consumerRedis = connectConsumer(inject("redisUrl"));
    const consumer = consume({
      queue: "sync",
      redis: consumerRedis,
      namespace,
      concurrency: 1,
      handle: takeSyncs.handle,
      decide: () => ({ action: "retry", delayMs: 10 }),
      onError: () => undefined,
      lockDurationMs,
    });
    const stop = async () => {
      await consumer.close(0);
      await takeSyncs.close(0);
    };
    onTestFinished(async () => {
      await stop();
      consumerRedis.disconnect();
    });
    return {
      started,
      startedNext,
      end: (syncId: SyncId | undefined) => ends.get(syncId as SyncId)?.(),
      places,
      stop,
    };
  }
}

test("a slow sync delays neither the syncs that share its job nor the next job", async () => {
  const { dispatchAll, startWorker, plan } = await setup(4);
  const worker = startWorker({ total: 2 });
  await dispatchAll();
  await vi.waitFor(() => expect(worker.started).toHaveLength(2), patient);
  const [slow] = worker.started;
  for (const count of [2, 3]) {
    worker.end(worker.started[count - 1]);
    await vi.waitFor(() => expect(worker.started).toHaveLength(count + 1), patient);
  }
  await plan(installationIdOf("@a/b", "late"), ["things"]);
  const [late] = await dispatchAll();
  worker.end(worker.started[3]);
  await vi.waitFor(() => expect(worker.started).toContain(late?.syncId), patient);
  expect(worker.places.held).toBe(2);
  worker.end(slow);
});

test("syncs that find no place in a worker start in another one that has room", async () => {
  const { dispatchAll, startWorker } = await setup(6);
  const first = startWorker({ total: 2 });
  await dispatchAll();
  await vi.waitFor(() => expect(first.started).toHaveLength(2), patient);
  const second = startWorker({ total: 10 });
  await vi.waitFor(() => expect([...first.started, ...second.started]).toHaveLength(6), patient);
  expect(new Set([...first.started, ...second.started]).size).toBe(6);
});

test("an account's syncs beyond its places wait in MongoDB until one is given back, and the others of the job start", async () => {
  const { store, dispatchAll, startWorker, plan, ids } = await setup(2);
  const [one, other] = ids as [(typeof ids)[number], (typeof ids)[number]];
  await plan(one, ["a", "b", "c"]);
  const worker = startWorker({ total: 10, perAccount: 2 });
  await dispatchAll();
  await vi.waitFor(() => expect(worker.started).toHaveLength(3), patient);
  expect(worker.started).toContain(`${other}/things`);
  const waiting = async () =>
    (await store.syncs.ofInstallation(one)).filter(({ waiting }) => waiting.for === "schedule");
  await vi.waitFor(async () => expect(await waiting()).toHaveLength(2), patient);
  worker.end(`${other}/things` as SyncId);
  worker.end(worker.started.find((id) => id.startsWith(`${one}/`)));
  await vi.waitFor(() => expect(worker.places.held).toBe(1), patient);
  expect(worker.startedNext).toEqual([one]);
});

test("a job that is started again, after its worker died, starts only what had not been started", async () => {
  const { namespace, store, redis, dispatchAll, startWorker } = await setup(5);
  const gone = Promise.withResolvers<undefined>();
  let starts = 0;
  const dying: Store["syncs"]["start"] = async (...args) =>
    ++starts > 2 ? gone.promise : store.syncs.start(...args);
  const through = { ...store, syncs: { ...store.syncs, start: dying } };
  const dead = startWorker({ total: 10, through, lockDurationMs: 1_000 });
  onTestFinished(() => gone.resolve(undefined));
  const syncs = await dispatchAll();
  await vi.waitFor(() => expect(dead.started).toHaveLength(2), patient);
  // As when the process is gone: nothing renews the job's lock any more.
  await redis.del(`{${namespace}-sync}:sync:1:lock`);
  const heir = startWorker({ total: 10, lockDurationMs: 1_000 });
  await vi.waitFor(() => expect(heir.started).toHaveLength(3), patient);
  const all = syncs.map(({ syncId }) => syncId);
  expect([...dead.started, ...heir.started].sort()).toEqual(all.sort());
});

test("if one start fails, the others have started, and the job is repeated for the failed one", async () => {
  const { store, queues, dispatchAll, startWorker } = await setup(3);
  let failures = 0;
  const failing: Store["syncs"]["start"] = async (...args) => {
    if (args[0].includes(".1/") && failures++ === 0) throw new Error("MongoDB is away");
    return store.syncs.start(...args);
  };
  const worker = startWorker({ total: 10, through: { ...store, syncs: { ...store.syncs, start: failing } } });
  await dispatchAll();
  await vi.waitFor(() => expect(worker.started).toHaveLength(3), patient);
  await vi.waitFor(async () => expect(await queues.backlog("sync")).toBe(0), patient);
  expect(failures).toBe(2);
  const [job] = await queues.queues.sync.getCompleted();
  expect(job?.returnvalue).toEqual({ started: 1, obsolete: 2 });
});

test("a worker takes no job while it has no place, and a stopping worker puts back the syncs that have not started", async () => {
  const { queues, dispatchAll, startWorker, plan } = await setup(3);
  const worker = startWorker({ total: 2 });
  await dispatchAll();
  await vi.waitFor(() => expect(worker.started).toHaveLength(2), patient);
  await vi.waitFor(async () => expect(await queues.waiting("sync")).toBe(1), patient);
  await plan(installationIdOf("@a/b", "late"), ["things"]);
  await dispatchAll();
  await worker.stop();
  // The second job was not taken and put back, which would have made a fourth; what the first left is before
  // it.
  expect((await queues.queues.sync.getWaiting()).map(({ id }) => id)).toEqual(["2", "3"]);
  const heir = startWorker({ total: 10 });
  await vi.waitFor(() => expect(heir.started).toHaveLength(2), patient);
  expect(worker.started).toHaveLength(2);
});
