// What a run costs, and how many there are in a second, by how many workers share the work: real processes on
// one machine, on which the servers and the simulated Trackunit run too.

import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Plot, spreadOf } from "@fleetkeeper/bench";
import { freePort, spawnService } from "@fleetkeeper/demo";
import { startMongodb } from "@fleetkeeper/local-stack";
import { createWorldOn, type World } from "../../../../services/worker/test/world.ts";
import { startRowRedis } from "../start-row-redis.ts";
import { command } from "./command.ts";

const counts = [1, 2, 4];
const accounts = 20;
const lookEveryMs = 20;
/** More than all syncs take on a busy machine: a curve that never ends helps nobody. */
const longestMs = 180_000;
type Points = Plot["lines"][number]["points"];

export async function processesPlots(rounds: number): Promise<Plot[]> {
  const [redis, mongodb] = [await startRowRedis(), await startMongodb({})];
  const world = await createWorldOn({ redisUrl: redis.url, mongodbUrl: mongodb.url });
  const workers: Awaited<ReturnType<typeof startWorkerProcess>>[] = [];
  const [costs, rates]: [Points, Points] = [[], []];
  try {
    for (const x of counts) {
      while (workers.length < x) workers.push(await startWorkerProcess(world));
      if (x === counts[0]) await installAll(world, accounts);
      const [cpuMs, perSecond]: [number[], number[]] = [[], []];
      for (let round = 0; round < rounds; round++) {
        const before = await cpuSecondsOf(workers);
        const { runs, tookMs } = await runAll(world);
        cpuMs.push((1_000 * ((await cpuSecondsOf(workers)) - before)) / runs);
        perSecond.push((1_000 * runs) / tookMs);
      }
      costs.push({ x, y: spreadOf(cpuMs) });
      rates.push({ x, y: spreadOf(perSecond) });
    }
  } finally {
    for (const { child } of workers) {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
    }
    await world.close();
    await Promise.all([redis.close(), mongodb.close()]);
  }
  const xLabel = "workers on one machine";
  return [
    {
      ...{ name: "processes", title: "Of all workers' CPU for each run, their ticks included, in ms" },
      ...{ xLabel, lines: [{ name: "a run", points: costs }], command },
    },
    {
      ...{ name: "processes-rate", title: "Runs in a second, three syncs of each account due at once" },
      ...{ xLabel, lines: [{ name: "all workers", points: rates }], command },
    },
  ];
}

/** A worker as it runs elsewhere, when it is ready. */
export async function startWorkerProcess({ env }: World) {
  const opsPort = await freePort(0);
  const opsUrl = `http://127.0.0.1:${opsPort}`;
  const logPath = join(tmpdir(), `fleetkeeper-bench-worker-${opsPort}.log`);
  const child = spawnService({ name: "worker", env: { ...env, OPS_PORT: String(opsPort) }, logPath });
  while (!(await fetch(`${opsUrl}/readyz`).catch(() => undefined))?.ok) {
    if (child.exitCode !== null) throw new Error(`the worker ended with ${child.exitCode}: ${logPath}`);
    await sleep(lookEveryMs);
  }
  return { child, opsUrl };
}

/** Until each account has run all of its syncs once. */
export async function installAll({ simulator, install, db }: World, accounts: number): Promise<void> {
  for (let count = 0; count < accounts; count++) await install(simulator.addAccount({ assets: 20 }));
  const syncs = db.collection<{ _id: string }>("syncs");
  const ran = { _id: /\/assets$/, lastRun: { $ne: null } };
  await until(async () => (await syncs.countDocuments(ran)) >= accounts, lookEveryMs);
  const left = { lastRun: null, "waiting.for": "schedule" };
  await until(async () => (await syncs.countDocuments(left)) === 0, lookEveryMs);
}

/** The syncs that may run as often as one likes, again: events and AEMP wait for limits of half an hour. */
async function runAll({ db }: World): Promise<{ runs: number; tookMs: number }> {
  const syncs = db.collection("syncs");
  const may = { lastRun: { $ne: null }, sync: { $in: ["assets", "customers", "sites"] } };
  const runs = await syncs.countDocuments(may);
  const since = new Date();
  await syncs.updateMany(may, { $set: { nextRunAt: since } });
  const startedAtMs = performance.now();
  const ran = { ...may, "lastRun.startedAt": { $gte: since } };
  await until(async () => (await syncs.countDocuments(ran)) >= runs, 100);
  return { runs, tookMs: performance.now() - startedAtMs };
}

async function until(isSo: () => Promise<boolean>, lookMs: number): Promise<void> {
  const endsAtMs = performance.now() + longestMs;
  while (!(await isSo())) {
    if (performance.now() > endsAtMs) throw new Error(`the syncs have not run within ${longestMs} ms`);
    await sleep(lookMs);
  }
}

/** As they say themselves. */
async function cpuSecondsOf(workers: readonly { opsUrl: string }[]): Promise<number> {
  let sum = 0;
  for (const { opsUrl } of workers) {
    const metrics = await (await fetch(`${opsUrl}/metrics`)).text();
    sum += Number(/^process_cpu_seconds_total(?:\{[^}]*\})? (\S+)/m.exec(metrics)?.[1]);
  }
  return sum;
}
