// What a run that changes nothing costs a worker, and how many the machine makes when many accounts are due
// at once: goals 1, 9.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Row } from "@fleetkeeper/bench";
import { type RunningServer, startMongodb } from "@fleetkeeper/local-stack";
import { builtInSyncs } from "@fleetkeeper/syncs";
import { createCountedRuns } from "../../../../services/worker/test/counted-runs.ts";
import { createWorldOn } from "../../../../services/worker/test/world.ts";
import { firstRunsOf } from "../first-runs.ts";
import { startStandIn } from "../stand-in/start-stand-in.ts";
import { startRowRedis } from "../start-row-redis.ts";

const accounts = Number(process.env.RUNS ?? 100);
const newAccounts = 5;
const assets = Number(process.env.ASSETS ?? 20_000);

export const workerCpuRows: Row[] = [
  {
    name: "run-cpu",
    what: `run that changes nothing, ${accounts} of them due at once: the worker's thread`,
    unit: "ms of CPU",
    goal: { value: { atMost: 1.5 } },
    async open() {
      // What looks whether they have ended is part of what is measured, so it looks seldom.
      const { cpuMsEach, close } = await openRuns(accounts, 500);
      return { ours: cpuMsEach, close };
    },
  },
  {
    name: "first-run-cpu",
    what: `first run of each of a new account's syncs, 50 assets, of ${newAccounts} accounts one after the other: the worker's thread`,
    unit: "ms of CPU",
    async open() {
      const { install, close } = await openWorker(() => startMongodb({}));
      return {
        async ours() {
          const before = process.threadCpuUsage();
          let runs = 0;
          for (let count = 0; count < newAccounts; count++) runs += await install(50);
          const { user, system } = process.threadCpuUsage(before);
          return (user + system) / 1_000 / runs;
        },
        close,
      };
    },
  },
  {
    name: "sync-rate-stand-in",
    what: `first run of ${assets.toLocaleString("en")} assets in slices as by default, from the install on, by the clock; MongoDB is a stand-in in memory`,
    unit: "records/s",
    async open() {
      const { install, close } = await openWorker(startStandIn, ["assets"]);
      return {
        async ours() {
          const startedAtMs = performance.now();
          await install(assets);
          return (1_000 * assets) / (performance.now() - startedAtMs);
        },
        close,
      };
    },
  },
  {
    name: "runs-at-once",
    what: `${accounts} accounts due at once, nothing changed, on the MongoDB that is available here`,
    unit: "runs/s",
    goal: { value: { atLeast: 96 } },
    async open() {
      const { runs, close } = await openRuns(accounts, 20);
      return {
        async ours() {
          const startedAtMs = performance.now();
          await runs.run(10);
          return (1_000 * accounts) / (performance.now() - startedAtMs);
        },
        close,
      };
    },
  },
];

/** A worker in this thread; `names`: of the syncs that it has. */
async function openWorker(
  startServer: () => Promise<Pick<RunningServer, "url" | "close">>,
  names?: string[],
) {
  const [redis, mongodb] = [await startRowRedis(), await startServer()];
  const { simulator, env, addAccount } = await startSimulatorThread();
  const world = await createWorldOn({ redisUrl: redis.url, mongodbUrl: mongodb.url }, { env });
  await world.startWorker({}, names && builtInSyncs.filter(({ name }) => names.includes(name)));
  return {
    /** A new account; how many syncs it has, when each has run once. */
    async install(assets: number): Promise<number> {
      const account = await addAccount(assets);
      await world.install(account);
      return firstRunsOf(world, world.installationIdOf(account));
    },

    async close() {
      await world.close();
      await simulator.terminate();
      await Promise.all([redis.close(), mongodb.close()]);
    },
  };
}

async function startSimulatorThread() {
  const simulator = new Worker(new URL("../simulator-thread.ts", import.meta.url));
  const [{ tokenUrl, apiUrl }] = await once(simulator, "message");
  return {
    simulator,
    env: { TRACKUNIT_TOKEN_URL: tokenUrl, TRACKUNIT_API_URL: apiUrl },
    async addAccount(assets: number) {
      simulator.postMessage(assets);
      const [account] = await once(simulator, "message");
      return account;
    },
  };
}

/** Accounts of one page whose runs change nothing. */
export async function openRuns(accounts: number, lookEveryMs: number) {
  const [redis, mongodb] = [await startRowRedis(), await startMongodb({})];
  const { simulator, env, addAccount } = await startSimulatorThread();
  const servers = { redisUrl: redis.url, mongodbUrl: mongodb.url };
  const runs = await createCountedRuns(servers, accounts, { env, lookEveryMs, addAccount });
  // The first runs write, and get their tokens; the second compare.
  for (let round = 0; round < 2; round++) await runs.run(10);
  return {
    runs,
    redis,
    mongodb,

    /** Milliseconds of this thread for each of one run per account. */
    async cpuMsEach(): Promise<number> {
      const before = process.threadCpuUsage();
      await runs.run(10);
      const { user, system } = process.threadCpuUsage(before);
      return (user + system) / 1_000 / accounts;
    },

    async close() {
      await runs.close();
      await simulator.terminate();
      await Promise.all([redis.close(), mongodb.close()]);
    },
  };
}
