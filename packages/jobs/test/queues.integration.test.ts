import { testNamespace } from "@fleetkeeper/local-stack";
import { asInstallationId, type Generation, type SealedCallback, type SealedText } from "@fleetkeeper/model";
import { connectConsumer, connected, connectProducer, redisKeys } from "@fleetkeeper/redis";
import { testRedis } from "@fleetkeeper/test-worlds";
import { Worker } from "bullmq";
import { expect, inject, onTestFinished, test, vi } from "vitest";
import { consume, createQueueSet, type Verdict } from "../src/index.ts";

const installationId = asInstallationId("@a.b.1");
const patient = { timeout: 10_000, interval: 20 };

async function setup() {
  const { namespace, redis, queues } = await testRedis();
  const consumerRedis = connectConsumer(inject("redisUrl"));
  onTestFinished(async () => void (await consumerRedis.quit()));
  return { namespace, redis, consumerRedis, queues };
}

const callbackOf = (contentHash: string): SealedCallback => ({
  kind: "install",
  contentHash,
  installationId,
  irisAppId: "@a/b",
  accountId: "1",
  generation: "1" as Generation,
  sealedCredential: "sealed" as SealedText,
  clientIdFingerprint: "f",
  receivedAt: new Date(0),
});

/** A consumer of `install` whose handler throws until `failures` are used up. */
function consuming(
  world: Awaited<ReturnType<typeof setup>>,
  failures: number,
  verdict: () => Verdict,
  more = {},
) {
  const attempts: number[] = [];
  const consumer = consume({
    queue: "install",
    redis: world.consumerRedis,
    namespace: world.namespace,
    concurrency: 1,
    handle: async ({ attempt }) => {
      attempts.push(attempt);
      if (attempts.length <= failures) throw new Error("not yet");
      return "done";
    },
    decide: verdict,
    onError: () => undefined,
    ...more,
  });
  onTestFinished(() => consumer.close(1_000));
  return attempts;
}

test("the same callback twice is one job, another one of the same account is a second", async () => {
  const { queues } = await setup();
  const first = await queues.addCallback(callbackOf("a".repeat(64)));
  expect(await queues.addCallback(callbackOf("a".repeat(64)))).toEqual(first);
  expect(await queues.addCallback(callbackOf("b".repeat(64)))).not.toEqual(first);
  expect(await queues.backlog("install")).toBe(2);
});

test("a job that ends with `retry` runs again after its wait, which counts as an attempt", async () => {
  const world = await setup();
  const attempts = consuming(world, 2, () => ({ action: "retry", delayMs: 10 }));
  await world.queues.addCallback(callbackOf("a".repeat(64)));
  await vi.waitFor(
    async () => expect((await world.queues.queues.install.getJobCounts("completed")).completed).toBe(1),
    patient,
  );
  expect(attempts).toEqual([1, 2, 3]);
});

test("a job that ends with `later` runs again at its time, which does not count as an attempt", async () => {
  const world = await setup();
  const attempts = consuming(world, 3, () => ({ action: "later", at: new Date(Date.now() + 10) }));
  await world.queues.addCallback(callbackOf("a".repeat(64)));
  await vi.waitFor(
    async () => expect((await world.queues.queues.install.getJobCounts("completed")).completed).toBe(1),
    patient,
  );
  expect(attempts).toEqual([1, 1, 1, 1]);
});

test("a job that ends with `never` fails at once and is kept for an operator, with its error", async () => {
  const world = await setup();
  const attempts = consuming(world, 99, () => ({ action: "never" }));
  const { jobId } = await world.queues.addCallback(callbackOf("a".repeat(64)));
  await vi.waitFor(async () => expect(await world.queues.queues.install.getFailedCount()).toBe(1), patient);
  expect(attempts).toEqual([1]);
  expect((await world.queues.queues.install.getJob(jobId))?.failedReason).toBe("not yet");
});

test("a lost tick is detected and started again", async () => {
  const { queues, redis, namespace } = await setup();
  expect(await queues.ensureTick(1_000, new Date())).toBe(true);
  expect(await queues.ensureTick(1_000, new Date())).toBe(false);
  const queueKey = `{${namespace}-dispatch}:dispatch`;
  await redis.del(`${queueKey}:delayed`, `${queueKey}:wait`);
  expect(await queues.backlog("dispatch")).toBe(0);
  expect(await queues.ensureTick(1_000, new Date(Date.now() + 10_000))).toBe(true);
  expect(await queues.backlog("dispatch")).toBe(1);
});

/** As when a machine's clock is set: timers and `performance.now()` continue undisturbed. */
function setClock(offsetMs: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + offsetMs });
  onTestFinished(() => void vi.useRealTimers());
}

test("a tick that was set by a clock an hour ahead is started again", async () => {
  const { queues } = await setup();
  setClock(3_600_000);
  await queues.ensureTick(1_000, new Date());
  vi.useRealTimers();
  expect(await queues.ensureTick(1_000, new Date())).toBe(true);
  expect((await queues.nextTickAt())?.getTime()).toBeLessThan(Date.now() + 60_000);
});

test("a producer fails fast, with a code, while Redis is unavailable", async () => {
  const redis = connectProducer("redis://127.0.0.1:1");
  redis.on("error", () => undefined);
  const queues = createQueueSet({ redis, namespace: testNamespace(), onError: () => undefined });
  onTestFinished(() => redis.disconnect());
  await expect(queues.addCallback(callbackOf("a".repeat(64)))).rejects.toMatchObject({
    code: "ERR_QUEUE_UNAVAILABLE",
    remedy: "retry",
  });
  await expect(connected(redis, 200)).rejects.toThrow(/did not answer/);
});

test("an install whose workers die again and again is not abandoned", async () => {
  const world = await setup();
  const { install } = world.queues.queues;
  const { jobId } = await world.queues.addCallback(callbackOf("a".repeat(64)));
  const prefix = redisKeys(world.namespace).queuePrefix("install");
  const dying = new Worker("install", undefined, {
    connection: world.consumerRedis,
    prefix,
    lockDuration: 50,
    autorun: false,
  });
  onTestFinished(() => dying.close(true));
  expect((await dying.getNextJob("taken"))?.id).toBe(jobId);
  // Five workers died of it before.
  await world.redis.hset(`${prefix}:install:${jobId}`, "stc", 5);
  const attempts = consuming(world, 0, () => ({ action: "never" }), { lockDurationMs: 1_000 });
  await vi.waitFor(async () => expect(await install.getCompletedCount()).toBe(1), patient);
  expect(attempts).toHaveLength(1);
  expect(await install.getFailedCount()).toBe(0);
});
