// A real worker as a process of its own beside a board, with a simulated Trackunit, and a way to hand in installs.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createQueueSet } from "@fleetkeeper/jobs";
import { createSeal, createSign } from "@fleetkeeper/sealing";
import { type SimulatedAccount, startSimulator } from "@fleetkeeper/simulator";
import { handInInstall, newKeys } from "@fleetkeeper/test-worlds";
import { inject, onTestFinished } from "vitest";
import type { BoardWorld } from "./board-world.ts";
import { app } from "./seed-accounts.ts";

const main = fileURLToPath(new URL("../../worker/src/main.ts", import.meta.url));

export async function startWorkerProcess(world: BoardWorld) {
  const { keys, worker: workersKeys } = await newKeys();
  const simulator = await startSimulator({ app });
  const worker = spawn(process.execPath, [main], {
    env: {
      REDIS_URL: inject("redisUrl"),
      REDIS_NAMESPACE: world.namespace,
      MONGODB_URL: world.mongodbUrl,
      TRACKUNIT_TOKEN_URL: simulator.tokenUrl,
      TRACKUNIT_API_URL: simulator.apiUrl,
      ...workersKeys,
      OPS_PORT: "0",
      LOG_LEVEL: "error",
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  onTestFinished(async () => {
    const ended = worker.exitCode === null ? once(worker, "exit") : undefined;
    worker.kill("SIGTERM");
    await ended;
    await simulator.close();
  });
  const seal = await createSeal(JSON.parse(keys.sealingPublicKey));
  const sign = createSign(JSON.parse(keys.ingressSigningKey));
  const { redis, namespace } = world;
  const queues = createQueueSet({ redis, namespace, onError: () => undefined, sign });
  onTestFinished(() => queues.close());

  return {
    simulator,
    /** What the ingress does once it has verified an install callback of this account. */
    async install(account: SimulatedAccount): Promise<void> {
      await handInInstall({ queues, seal, app }, account);
    },
  };
}
