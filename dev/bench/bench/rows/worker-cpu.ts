// What a run that changes nothing costs a worker, and how many the machine makes when many accounts are due
// at once: goals 1, 9.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Row } from "@fleetkeeper/bench";
import { startMongodb } from "@fleetkeeper/local-stack";
import { createCountedRuns } from "../../../../services/worker/test/counted-runs.ts";
import { startRowRedis } from "../start-row-redis.ts";

const accounts = Number(process.env.RUNS ?? 100);

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

/** Accounts of one page whose runs change nothing. */
export async function openRuns(accounts: number, lookEveryMs: number) {
  const [redis, mongodb] = [await startRowRedis(), await startMongodb({})];
  const simulator = new Worker(new URL("../simulator-thread.ts", import.meta.url));
  const [{ tokenUrl, apiUrl }] = await once(simulator, "message");
  const runs = await createCountedRuns({ redisUrl: redis.url, mongodbUrl: mongodb.url }, accounts, {
    env: { TRACKUNIT_TOKEN_URL: tokenUrl, TRACKUNIT_API_URL: apiUrl },
    lookEveryMs,
    async addAccount(assets) {
      simulator.postMessage(assets);
      const [account] = await once(simulator, "message");
      return account;
    },
  });
  // The first runs write, and get their tokens; the second compare.
  for (let round = 0; round < 2; round++) await runs.run(10);
  return {
    runs,

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
