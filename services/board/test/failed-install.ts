// An install job that failed, with a sealed credential in it and secrets in all it left behind.

import { type Consumer, consume } from "@fleetkeeper/jobs";
import { connectConsumer, redisKeys } from "@fleetkeeper/redis";
import { createSeal, generateSealingKey } from "@fleetkeeper/sealing";
import { handInInstall } from "@fleetkeeper/test-worlds";
import { QueueEvents } from "bullmq";
import { onTestFinished } from "vitest";
import type { BoardWorld } from "./board-world.ts";

export const canary = "canary-58d0c1f6-canary";
export const sealingKeyId = "key-2026";

/** Adds the job and lets it fail once; `succeeded` resolves when a retry of it succeeds. */
export async function addFailedInstall(world: BoardWorld, redisUrl: string) {
  const { publicKey } = await generateSealingKey({ keyId: sealingKeyId, algorithm: "ECDH-ES+A256KW" });
  const seal = await createSeal(publicKey);
  const account = { accountId: "account-1", clientId: "id", clientSecret: canary };
  const where = { queues: world.queueSet, seal, app: "@acme/tracker" };
  const { jobId, sealedCredential } = await handInInstall(where, account);
  const failed = Promise.withResolvers<void>();
  const succeeded = Promise.withResolvers<void>();
  const redis = connectConsumer(redisUrl);
  let starts = 0;
  const consumer: Consumer = consume({
    queue: "install",
    redis,
    namespace: world.namespace,
    concurrency: 1,
    handle: async ({ id }) => {
      starts += 1;
      if (starts === 1) throw new Error(`refused: client_secret=${canary} of ${sealedCredential}`);
      await world.queueSet.queues.install.addJobLog(id, `used ${sealedCredential}, Bearer ${canary}`);
      return { accessToken: canary, note: sealedCredential };
    },
    decide: () => ({ action: "never" }),
    onError: () => undefined,
  });
  onTestFinished(async () => {
    await consumer.close(0);
    redis.disconnect();
  });
  // The consumer tells before BullMQ has moved the job; the queue's own events tell after.
  const eventsRedis = connectConsumer(redisUrl);
  const events = new QueueEvents("install", {
    connection: eventsRedis,
    prefix: redisKeys(world.namespace).queuePrefix("install"),
    lastEventId: "0",
  });
  events.on("failed", () => failed.resolve());
  events.on("completed", () => succeeded.resolve());
  onTestFinished(async () => {
    await events.close();
    eventsRedis.disconnect();
  });
  await failed.promise;
  return { jobId, sealedCredential, succeeded: succeeded.promise };
}
