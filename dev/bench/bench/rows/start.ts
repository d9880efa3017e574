// How long each service takes from its start until it says that it is ready: goal 8.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Row } from "@fleetkeeper/bench";
import {
  freePort,
  isReady,
  loadSecrets,
  type ServiceName,
  serviceEnvironments,
  spawnService,
} from "@fleetkeeper/demo";
import { startMongodb } from "@fleetkeeper/local-stack";
import { startSimulator } from "@fleetkeeper/simulator";
import { startRowRedis } from "../start-row-redis.ts";

const root = join(import.meta.dirname, "../../../..");
const lookEveryMs = 5;

const names = ["ingress", "worker", "board", "api"] as const;

export const startRows: Row[] = [
  ...names.map((name) => ({
    name: `start-${name}`,
    what: `${name}, from its start until /readyz says so`,
    unit: "ms",
    yardstick: "node -e 0, from its start to its end",
    goal: { ratio: { atMost: 6 } },
    async open() {
      const { start, close } = await openServices();
      return { ours: async () => (await start(name)).tookMs, yardstick: bareMs, close };
    },
  })),
  ...names.map((name) => ({
    name: `memory-${name}`,
    what: `${name}, when it is ready: resident memory`,
    unit: "MiB",
    async open() {
      const { start, close } = await openServices();
      return { ours: async () => (await start(name)).residentMiB, close };
    },
  })),
  {
    name: "start-once",
    what: "pnpm start --once, with its caches",
    unit: "ms",
    goal: { value: { atMost: 5_000 } },
    isSlow: true,
    open: async () => ({ ours: onceMs }),
  },
];

/** As a new user starts it, with a data folder that is new too. */
async function onceMs(): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), "fleetkeeper-bench-"));
  const args = ["start", "--once", "--data-dir", dataDir];
  const startedAtMs = performance.now();
  const [code] = await once(
    spawn("pnpm", args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] }),
    "exit",
  );
  const tookMs = performance.now() - startedAtMs;
  await rm(dataDir, { recursive: true });
  if (code !== 0) throw new Error(`pnpm start --once ended with ${code}`);
  return tookMs;
}

async function bareMs(): Promise<number> {
  const startedAtMs = performance.now();
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit");
  return performance.now() - startedAtMs;
}

/** Linux only. */
function residentMiBOf(pid: number | undefined): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_024;
}

async function openServices() {
  const [redis, mongodb] = [await startRowRedis(), await startMongodb({})];
  const simulator = await startSimulator({});
  const dataDir = await mkdtemp(join(tmpdir(), "fleetkeeper-bench-"));
  const { secrets } = await loadSecrets(dataDir);
  const ports = {
    ...{ ingress: await freePort(0), board: await freePort(0) },
    ...{ ingressOps: await freePort(0), workerOps: await freePort(0) },
  };
  const services = serviceEnvironments({
    ...{ env: {}, secrets, simulator, ports, redisUrl: redis.url, boardUser: "operator" },
    ...{ mongodbUrl: new URL("/bench", mongodb.url).href, boardPassword: secrets.boardPassword },
  });
  const apiOps = await freePort(0);
  const worker = services.find(({ name }) => name === "worker")?.env ?? {};
  const api = { ...worker, API_PORT: String(await freePort(0)), OPS_PORT: String(apiOps) };

  function serviceOf(name: ServiceName): { env: Record<string, string>; readyUrl: string } {
    const known = services.find((service) => service.name === name);
    return known ?? { env: api, readyUrl: `http://127.0.0.1:${apiOps}/readyz` };
  }

  return {
    /** How long it took until it was ready, and its memory then; it is stopped again. */
    async start(name: ServiceName): Promise<{ tookMs: number; residentMiB: number }> {
      const { env, readyUrl } = serviceOf(name);
      const startedAtMs = performance.now();
      const child = spawnService({ name, env, logPath: join(dataDir, `${name}.log`) });
      while (!(await isReady(readyUrl))) {
        if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
        await sleep(lookEveryMs);
      }
      const tookMs = performance.now() - startedAtMs;
      const residentMiB = residentMiBOf(child.pid);
      child.kill("SIGTERM");
      await once(child, "exit");
      return { tookMs, residentMiB };
    },

    async close(): Promise<void> {
      await simulator.close();
      await Promise.all([redis.close(), mongodb.close()]);
      await rm(dataDir, { recursive: true });
    },
  };
}
