// From an install to its warm token, idle, beside the parts that cannot be left out: goal 5.

import { setTimeout as sleep } from "node:timers/promises";
import type { Row } from "@fleetkeeper/bench";
import { startMongodb } from "@fleetkeeper/local-stack";
import type { InstallationId } from "@fleetkeeper/model";
import { findKeys } from "@fleetkeeper/redis";
import { createOpen, createSeal, generateSealingKey } from "@fleetkeeper/sealing";
import { createWorldOn, type World } from "../../../../services/worker/test/world.ts";
import { firstRunsOf } from "../first-runs.ts";
import { startRowRedis } from "../start-row-redis.ts";

const installs = Number(process.env.INSTALLS ?? 10);
const pollMs = 2;
/** About as many as a first install makes. */
const [mongodbWrites, redisCommands] = [6, 20];

export const installRows: Row[] = [
  {
    name: "install-to-token",
    what: `from an install to its warm token in Redis, idle, median of ${installs}`,
    unit: "ms",
    yardstick: "a token request, an opened credential, six writes to MongoDB and twenty to Redis, by hand",
    goal: { ratio: { atMost: 3 } },
    async open() {
      const { world, close } = await openWorld();
      const parts = await openParts(world);
      return {
        ours: async () => medianOf(await each(() => installMs(world))),
        yardstick: async () => medianOf(await each(parts)),
        close,
      };
    },
  },
  {
    name: "install-to-token-most",
    what: `the same, the slowest of ${installs}`,
    unit: "ms",
    goal: { value: { atMost: 250 } },
    async open() {
      const { world, close } = await openWorld();
      return { ours: async () => Math.max(...(await each(() => installMs(world)))), close };
    },
  },
  {
    name: "install-to-record",
    what: `from an install to the account's first record in MongoDB, idle, median of ${installs}`,
    unit: "ms",
    goal: { value: { atMost: 1_000 } },
    async open() {
      const { world, close } = await openWorld();
      return { ours: async () => medianOf(await each(() => installMs(world, hasRecord))), close };
    },
  },
];

async function openWorld() {
  const [redis, mongodb] = [await startRowRedis(), await startMongodb({})];
  const world = await createWorldOn({ redisUrl: redis.url, mongodbUrl: mongodb.url });
  await world.startWorker();
  return {
    world,
    async close() {
      await world.close();
      await Promise.all([redis.close(), mongodb.close()]);
    },
  };
}

type HasCome = (world: World, id: InstallationId) => Promise<boolean>;

/** Milliseconds until this has come. */
async function installMs(world: World, hasCome: HasCome = hasToken): Promise<number> {
  const account = world.simulator.addAccount({ assets: 5 });
  const id = world.installationIdOf(account);
  const startedAtMs = performance.now();
  await world.install(account);
  while (!(await hasCome(world, id))) await sleep(pollMs);
  const tookMs = performance.now() - startedAtMs;
  // Its first runs are over before the next one is installed.
  await firstRunsOf(world, id);
  return tookMs;
}

async function hasToken({ redis }: World, id: InstallationId): Promise<boolean> {
  return (await findKeys(redis, `*${id}}:token:*`)).length > 0;
}

async function hasRecord({ db }: World, id: InstallationId): Promise<boolean> {
  const ofAccount = { _id: { $gte: `${id}/`, $lt: `${id}0` } };
  return (await db.collection<{ _id: string }>("assets").findOne(ofAccount)) !== null;
}

async function openParts(world: World): Promise<() => Promise<number>> {
  const { publicKey, privateKey } = await generateSealingKey();
  const account = world.simulator.addAccount({ assets: 1 });
  const binding = { installationId: world.installationIdOf(account), purpose: "credential" } as const;
  const { clientId, clientSecret } = account;
  const sealed = await (await createSeal(publicKey))(JSON.stringify({ clientId, clientSecret }), binding);
  const open = await createOpen({ keys: [privateKey] });
  const written = world.db.collection<{ _id: number; count: number }>("parts");
  return async () => {
    const startedAtMs = performance.now();
    const credential = JSON.parse(await open(sealed, binding));
    const answer = await fetch(world.simulator.tokenUrl, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: credential.clientId,
        client_secret: credential.clientSecret,
        scope: "asset.view",
      }),
    });
    if (!answer.ok) throw new Error(`the token endpoint answered ${answer.status}`);
    await answer.json();
    for (let _id = 0; _id < mongodbWrites; _id++)
      await written.updateOne({ _id }, { $inc: { count: 1 } }, { upsert: true });
    for (let count = 0; count < redisCommands; count++)
      await world.redis.set(`${world.namespace}:part`, count);
    return performance.now() - startedAtMs;
  };
}

async function each(measure: () => Promise<number>): Promise<number[]> {
  const tookMs: number[] = [];
  for (let count = 0; count < installs; count++) tookMs.push(await measure());
  return tookMs;
}

function medianOf(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}
