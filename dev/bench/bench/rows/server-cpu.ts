// What the servers pay for the same work: the embedded MongoDB for each record and each run, Redis for each
// run. Goals 2 and 9.

import { cpuMsOfGroup, type Row } from "@fleetkeeper/bench";
import { type RedisGroup, type RunningServer, startMongodb } from "@fleetkeeper/local-stack";
import { openEngine } from "./engine.ts";
import { pass, planAssets } from "./pass.ts";
import { openRuns } from "./worker-cpu.ts";

const records = Number(process.env.RECORDS ?? 5_000);
const accounts = Number(process.env.RUNS ?? 100);
const byHand = "JSON.parse and bulkWrite of replacements, by hand";

export const serverCpuRows: Row[] = [
  {
    name: "first-sync-server",
    what: "the same first pass: the embedded server",
    unit: "µs of CPU per record",
    yardstick: byHand,
    goal: { ratio: { atMost: 1.2 } },
    async open() {
      const { first, straight, serverUs, close } = await openPasses();
      return { ours: () => serverUs(first), yardstick: () => serverUs(straight), close };
    },
  },
  {
    name: "unchanged-sync-server",
    what: "the same pass like the one before it: the embedded server",
    unit: "µs of CPU per record",
    yardstick: "the first pass",
    goal: { ratio: { atMost: 1 / 3 } },
    async open() {
      const { first, again, serverUs, close } = await openPasses();
      return {
        async both() {
          const ofFirst = await serverUs(first);
          await again();
          return [await serverUs(again), ofFirst];
        },
        close,
      };
    },
  },
  {
    name: "first-sync-rate",
    what: "first pass, by the clock, on the embedded server",
    unit: "records/s",
    yardstick: byHand,
    goal: { ratio: { atLeast: 0.9 } },
    async open() {
      const { first, straight, close } = await openPasses();
      return { ours: () => perSecond(first), yardstick: () => perSecond(straight), close };
    },
  },
  {
    name: "run-server-cpu",
    what: `run that changes nothing, ${accounts} of them due at once: the embedded server`,
    unit: "ms of CPU",
    // Half of what it was at eleven commands a run.
    goal: { value: { atMost: 11 } },
    async open() {
      const { runs, mongodb, close } = await openRuns(accounts, 500);
      return {
        ours: async () => (await cpuMsOf([mongodb], () => runs.run(10))) / accounts,
        close,
      };
    },
  },
  {
    name: "run-redis-cpu",
    what: `run that changes nothing, ${accounts} of them due at once: Redis`,
    unit: "ms of CPU",
    async open() {
      const { runs, redis, close } = await openRuns(accounts, 500);
      return { ours: async () => (await cpuMsOf(serversOf(redis), () => runs.run(10))) / accounts, close };
    },
  },
];

async function openPasses() {
  const { store, byHand, parsed, server, close } = await openEngine(records, () => startMongodb({}));
  let account = 0;
  let syncId = await planAssets(store, "none");
  return {
    async first(): Promise<void> {
      syncId = await planAssets(store, `account ${++account}`);
      await pass(store, syncId, parsed());
    },
    again: () => pass(store, syncId, parsed()),
    straight: () => byHand(`by hand ${++account}`),
    serverUs: async (work: () => Promise<void>) => (1_000 * (await cpuMsOf([server], work))) / records,
    close,
  };
}

/** Of a group those that hold data. */
const serversOf = (redis: RunningServer & Partial<RedisGroup>) => redis.servers ?? [redis];

async function cpuMsOf(servers: readonly RunningServer[], work: () => Promise<unknown>): Promise<number> {
  const used = () => servers.reduce((sum, { processGroup }) => sum + cpuMsOfGroup(processGroup), 0);
  const before = used();
  await work();
  return used() - before;
}

async function perSecond(work: () => Promise<void>): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return (1_000 * records) / (performance.now() - startedAtMs);
}
