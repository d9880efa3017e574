// An install job that failed, with a sealed credential in it and secrets in all it left behind.

import { randomBytes } from "node:crypto";
import { type Consumer, consume } from "@fleetkeeper/jobs";
import { generationOf, installationIdOf } from "@fleetkeeper/model";
import { connectConsumer, redisKeys } from "@fleetkeeper/redis";
import { createSeal, generateSealingKey } from "@fleetkeeper/sealing";
import { QueueEvents } from "bullmq";
import { onTestFinished } from "vitest";
import type { BoardWorld } from "./board-world.ts";

export const canary = "canary-58d0c1f6-canary";
export const sealingKeyId = "key-2026";

/** Adds the job and lets it fail once; `succeeded` resolves when a retry of it succeeds. */
export async function addFailedInstall(world: BoardWorld, redisUrl: string) {
  const { publicKey } = await generateSealingKey({ keyId: sealingKeyId, algorithm: "ECDH-ES+A256KW" });
  const seal = await createSeal(publicKey);
  const installationId = installationIdOf("@acme/tracker", "account-1");
  const receivedAt = new Date();
  const contentHash = randomBytes(32).toString("hex");
  const sealedCredential = await seal(JSON.stringify({ clientId: "id", clientSecret: canary }), {
    installationId,
    purpose: "credential",
  });
  const { jobId } = await world.queueSet.addCallback({
    contentHash,
    install: {
      installationId,
      irisAppId: "@acme/tracker",
      accountId: "account-1",
      generation: generationOf({ issuedAt: undefined, receivedAt, contentHash }),
      sealedCredential,
      clientIdFingerprint: "0123456789abcdef",
      receivedAt,
    },
  });
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
