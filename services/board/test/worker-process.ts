// A real worker as a process of its own beside a board, with a simulated Trackunit, and a way to hand in installs.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createQueueSet } from "@fleetkeeper/jobs";
import { generationOf, installationIdOf } from "@fleetkeeper/model";
import {
  createSeal,
  createSign,
  generateSealingKey,
  generateSigningKey,
  generateTokenKey,
} from "@fleetkeeper/sealing";
import { type SimulatedAccount, startSimulator } from "@fleetkeeper/simulator";
import { inject, onTestFinished } from "vitest";
import type { BoardWorld } from "./board-world.ts";
import { app } from "./seed-accounts.ts";

const main = fileURLToPath(new URL("../../worker/src/main.ts", import.meta.url));

export async function startWorkerProcess(world: BoardWorld) {
  const { publicKey, privateKey } = await generateSealingKey();
  const signing = await generateSigningKey();
  const simulator = await startSimulator({ app });
  const worker = spawn(process.execPath, [main], {
    env: {
      REDIS_URL: inject("redisUrl"),
      REDIS_NAMESPACE: world.namespace,
      MONGODB_URL: world.mongodbUrl,
      TRACKUNIT_TOKEN_URL: simulator.tokenUrl,
      TRACKUNIT_API_URL: simulator.apiUrl,
      SEALING_PUBLIC_KEY: JSON.stringify(publicKey),
      SEALING_PRIVATE_KEYS: JSON.stringify({ keys: [privateKey] }),
      INGRESS_VERIFICATION_KEYS: JSON.stringify({ keys: [signing.publicKey] }),
      TOKEN_KEY: JSON.stringify({ keys: [generateTokenKey()] }),
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
  const seal = await createSeal(publicKey);
  const sign = createSign(signing.privateKey);
  const { redis, namespace } = world;
  const queues = createQueueSet({ redis, namespace, onError: () => undefined, sign });
  onTestFinished(() => queues.close());

  return {
    simulator,
    /** What the ingress does once it has verified an install callback of this account. */
    async install({ accountId, clientId, clientSecret }: SimulatedAccount): Promise<void> {
      const installationId = installationIdOf(app, accountId);
      const receivedAt = new Date();
      const contentHash = createHash("sha256").update(accountId).digest("hex");
      const sealedCredential = await seal(JSON.stringify({ clientId, clientSecret }), {
        installationId,
        purpose: "credential",
      });
      const generation = generationOf({ issuedAt: undefined, receivedAt, contentHash });
      await queues.addCallback({
        contentHash,
        install: {
          installationId,
          irisAppId: app,
          accountId,
          generation,
          sealedCredential,
          clientIdFingerprint: "0123456789abcdef",
          receivedAt,
        },
      });
    },
  };
}
