// How late runs begin while no more is due than the machine can carry: goal 6. Once through a whole worker,
// at a rate for two cores; once as many as a million accounts have due, without the runs.

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Opened, Row } from "@fleetkeeper/bench";
import { consume } from "@fleetkeeper/jobs";
import { startMongodb } from "@fleetkeeper/local-stack";
import { connectConsumer } from "@fleetkeeper/redis";
import { createWorldOn } from "../../../../services/worker/test/world.ts";
import { installAll, startWorkerProcess } from "../curves/processes.ts";
import { startStandIn } from "../stand-in/start-stand-in.ts";
import { startRowRedis } from "../start-row-redis.ts";
import { openDispatcher } from "./dispatch.ts";

const runsPerSecond = Number(process.env.RATE ?? 20);
/** A million accounts with the built-in syncs have 16 runs an hour each. */
const millionPerSecond = Number(process.env.MILLION_RATE ?? 4_444);
/** They come round again and again: the time of the schedule is shortened, not that of the dispatcher. */
const circling = 20_000;
const millionSeconds = 15;
const lead = 2_000;

export const latenessRows: Row[] = [
  {
    name: "lateness",
    what: `due until begun, ${runsPerSecond} runs due each second, evenly: 99 %`,
    unit: "ms",
    yardstick: "half of them",
    goal: { value: { atMost: 2_000 } },
    isSlow: true,
    open: openWorker,
  },
  {
    name: "lateness-million",
    what: `due until its job is taken, ${millionPerSecond.toLocaleString("en")} due each second, as of a million accounts: 99 %`,
    unit: "ms",
    yardstick: "half of them",
    goal: { value: { atMost: 2_000 } },
    isSlow: true,
    open: openMillion,
  },
];

/** Of a worker's process, on MongoDB as it is here. */
async function openWorker(): Promise<Opened> {
  const [redis, mongodb] = [await startRowRedis(), await startMongodb({})];
  const world = await createWorldOn({ redisUrl: redis.url, mongodbUrl: mongodb.url });
  const worker = await startWorkerProcess(world);
  await installAll(world, 60);
  const syncs = world.db.collection<{ _id: string; lastRun: { startedAt: Date } }>("syncs");
  const often = { sync: { $in: ["assets", "customers", "sites"] } };
  return {
    async both() {
      const ids = (await syncs.find(often, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id);
      const firstAtMs = Date.now() + lead;
      const dueAt = new Map(ids.map((_id, place) => [_id, firstAtMs + (1_000 * place) / runsPerSecond]));
      await syncs.bulkWrite(
        [...dueAt].map(([_id, ms]) => ({
          updateOne: { filter: { _id }, update: { $set: { nextRunAt: new Date(ms) } } },
        })),
      );
      const ran = { ...often, "lastRun.startedAt": { $gte: new Date(firstAtMs) } };
      await sleep(lead + (1_000 * ids.length) / runsPerSecond);
      while ((await syncs.countDocuments(ran)) < ids.length) await sleep(500);
      const ended = await syncs.find(often, { projection: { "lastRun.startedAt": 1 } }).toArray();
      return percentiles(ended.map(({ _id, lastRun }) => Number(lastRun.startedAt) - (dueAt.get(_id) ?? 0)));
    },
    async close() {
      worker.child.kill("SIGTERM");
      await once(worker.child, "exit");
      await world.close();
      await Promise.all([redis.close(), mongodb.close()]);
    },
  };
}

/** Of a dispatcher on the stand-in, whose ticks come each second, and of a queue that is emptied at once. */
async function openMillion(): Promise<Opened> {
  const dispatcher = await openDispatcher(startStandIn);
  const { syncs, tick, redisUrl, namespace } = dispatcher;
  await dispatcher.copyInto(circling);
  const ids = (await syncs.find({}).toArray()).map(({ _id }) => _id);
  const periodMs = (1_000 * ids.length) / millionPerSecond;
  return {
    async both() {
      const firstAtMs = Date.now() + lead;
      const dueAt = new Map(ids.map((_id, place) => [_id, firstAtMs + (periodMs * place) / ids.length]));
      await plan([...dueAt]);
      const lateMs: number[] = [];
      const redis = connectConsumer(redisUrl);
      const consumer = consume({
        ...{ queue: "sync", redis, namespace, concurrency: 4, onError: () => undefined },
        async handle({ payload }) {
          const again = payload.syncs.map(({ syncId }) => {
            const due = dueAt.get(syncId) ?? 0;
            lateMs.push(Date.now() - due);
            dueAt.set(syncId, due + periodMs);
            return [syncId, due + periodMs] as const;
          });
          await plan(again);
        },
        decide: () => ({ action: "never" }),
      });
      for (const endMs = firstAtMs + 1_000 * millionSeconds; Date.now() < endMs; ) {
        const nextTickMs = Date.now() + 1_000;
        await tick();
        await sleep(Math.max(0, nextTickMs - Date.now()));
      }
      await consumer.close(1_000);
      await redis.quit();
      if (lateMs.length < 0.9 * millionPerSecond * millionSeconds)
        throw new Error(`only ${lateMs.length} were dispatched`);
      return percentiles(lateMs);
    },
    close: dispatcher.close,
  };

  async function plan(due: readonly (readonly [_id: string, ms: number])[]): Promise<void> {
    const writes = due.map(([_id, ms]) => ({
      updateOne: { filter: { _id }, update: { $set: { nextRunAt: new Date(ms), dispatchedAt: null } } },
    }));
    await syncs.bulkWrite(writes, { ordered: false });
  }
}

function percentiles(lateMs: readonly number[]): [p99: number, median: number] {
  const sorted = lateMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return [at(0.99), at(0.5)];
}
