// A real worker as a process of its own beside a board, with a simulated Trackunit, and a way to hand in
// installs.

import { createQueueSet } from "@fleetkeeper/jobs";
import { createSeal, createSign } from "@fleetkeeper/sealing";
import { type SimulatedAccount, startSimulator } from "@fleetkeeper/simulator";
import { handInInstall, newKeys, spawnService } from "@fleetkeeper/test-worlds";
import { inject, onTestFinished } from "vitest";
import type { BoardWorld } from "./board-world.ts";
import { app } from "./seed-accounts.ts";

export async function startWorkerProcess(world: BoardWorld) {
  const { keys, worker: workersKeys } = await newKeys();
  const simulator = await startSimulator({ app });
  const worker = spawnService("worker", {
    REDIS_URL: inject("redisUrl"),
    REDIS_NAMESPACE: world.namespace,
    MONGODB_URL: world.mongodbUrl,
    TRACKUNIT_TOKEN_URL: simulator.tokenUrl,
    TRACKUNIT_API_URL: simulator.apiUrl,
    ...workersKeys,
    OPS_PORT: "0",
    LOG_LEVEL: "error",
  });
  onTestFinished(async () => {
    await worker.kill("SIGTERM");
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
