// What the dispatcher's CPU pays for each due sync, and what a tick costs in which nothing is due. Goal 6.

import { cpuMicrosecondsEach, type Row } from "@fleetkeeper/bench";
import { createQueueSet } from "@fleetkeeper/jobs";
import { startMongodb } from "@fleetkeeper/local-stack";
import { type Generation, installationIdOf } from "@fleetkeeper/model";
import { connected, connectProducer } from "@fleetkeeper/redis";
import { openStore } from "@fleetkeeper/store";
import { createLog } from "@fleetkeeper/telemetry";
import { MongoClient } from "mongodb";
import { createDispatchHandler } from "../../../../services/worker/src/dispatch.ts";
import { createHandOver } from "../../../../services/worker/src/hand-over.ts";
import { createWorkerMetrics } from "../../../../services/worker/src/metrics.ts";
import { startRowRedis } from "../start-row-redis.ts";

const accounts = Number(process.env.ACCOUNTS ?? 200);
const names = ["assets", "sites", "customers", "events", "hours", "faults", "locations"];
const planned = Number(process.env.PLANNED ?? 20_000);
const ticks = 20;

export const dispatchRows: Row[] = [
  {
    name: "dispatch",
    what: `dispatch of ${(accounts * names.length).toLocaleString("en")} due syncs, 20 to a job`,
    unit: "syncs/s of the dispatcher's CPU",
    goal: { value: { atLeast: 5_000 } },
    async open() {
      const dispatcher = await openDispatcher();
      await dispatcher.plan(accounts);
      const count = accounts * names.length;
      return {
        async ours() {
          await dispatcher.makeDue();
          return 1_000_000 / (await cpuMicrosecondsEach(count, () => dispatcher.dispatch(count)));
        },
        close: dispatcher.close,
      };
    },
  },
  {
    name: "idle-tick",
    what: `a tick in which nothing is due, of ${planned.toLocaleString("en")} planned syncs`,
    unit: "ms",
    yardstick: "of 1 000",
    goal: { ratio: { atMost: 1.3 } },
    isSlow: true,
    async open() {
      const [many, few] = [await openDispatcher(), await openDispatcher()];
      await many.copyInto(planned);
      await few.copyInto(1_000);
      return {
        ours: () => medianMs(() => many.dispatch(0)),
        yardstick: () => medianMs(() => few.dispatch(0)),
        async close() {
          await many.close();
          await few.close();
        },
      };
    },
  },
];

/** On servers of its own. `startStore`: default a MongoDB; its address may name the database. */
export async function openDispatcher(
  startStore: () => Promise<{ url: string; close: () => Promise<void> }> = () => startMongodb({}),
) {
  const [mongodb, server] = [await startStore(), await startRowRedis()];
  const url = new URL(new URL(mongodb.url).pathname === "/" ? "/bench" : "", mongodb.url).href;
  const store = await openStore({ mongodbUrl: url });
  const client = await MongoClient.connect(url);
  const syncs = client.db().collection<{ _id: string }>("syncs");
  const redis = connectProducer(server.url);
  await connected(redis);
  const namespace = "bench";
  const queues = createQueueSet({ redis, namespace, onError: () => undefined });
  const now = () => new Date();
  const installTraces = { remember: async () => undefined, of: async () => [] };
  const tick = createDispatchHandler({
    ...{ store, queues, now, metrics: createWorkerMetrics(), syncBacklog: 100_000 },
    log: createLog({ service: "bench", level: "silent" }),
    handOver: createHandOver({ store, queues, installTraces, now }),
    publishEndpoints: async () => 0,
    relayEvents: async () => undefined,
  });

  async function plan(count: number): Promise<void> {
    for (let account = 0; account < count; account++) {
      const _id = installationIdOf("@a/b", String(account));
      await store.syncs.plan({ _id, generation: "1" as Generation, state: "active" }, names, { now: now() });
    }
  }

  return {
    plan,
    tick,
    store,
    queues,
    syncs,
    redisUrl: server.url,
    namespace,

    /** Of one that the store planned, as many as wanted, due in an hour. */
    async copyInto(count: number): Promise<void> {
      await plan(1);
      const one = await syncs.findOne({});
      const nextRunAt = new Date(Date.now() + 3_600_000);
      await syncs.updateMany({}, { $set: { nextRunAt } });
      for (let start = 0; start < count; start += 1_000)
        await syncs.insertMany(
          Array.from({ length: 1_000 }, (_, index) => ({
            ...one,
            _id: `${installationIdOf("@a/b", `copy-${start + index}`)}/assets`,
            nextRunAt,
          })),
          { ordered: false },
        );
    },

    async makeDue(): Promise<void> {
      await queues.queues.sync.obliterate({ force: true });
      await syncs.updateMany({}, { $set: { nextRunAt: new Date(), dispatchedAt: null } });
    },

    /** Ticks until as many were dispatched. */
    async dispatch(count: number): Promise<void> {
      let made = 0;
      do made += (await tick()).sync;
      while (made < count);
    },

    async close(): Promise<void> {
      await queues.close();
      redis.disconnect();
      await store.close();
      await client.close();
      await Promise.all([mongodb.close(), server.close()]);
    },
  };
}

async function medianMs(run: () => Promise<void>): Promise<number> {
  const tookMs: number[] = [];
  for (let count = 0; count < ticks; count++) {
    const startedAtMs = performance.now();
    await run();
    tookMs.push(performance.now() - startedAtMs);
  }
  return tookMs.sort((a, b) => a - b)[ticks >> 1] ?? Number.NaN;
}
