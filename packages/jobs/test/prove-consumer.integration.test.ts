import type { SyncId } from "@fleetkeeper/model";
import { connectConsumer } from "@fleetkeeper/redis";
import { inBackground, testRedis } from "@fleetkeeper/test-worlds";
import { expect, inject, onTestFinished, test } from "vitest";
import { type Consumer, consume, type ProofOptions, proveConsumer } from "../src/index.ts";
import { startSilentProxy } from "./silent-proxy.ts";

async function setup() {
  const { namespace, queues } = await testRedis();

  /** A consumer with a connection of its own, as another worker would have it. */
  function startConsumer(handle: () => Promise<unknown> = async () => undefined, url = inject("redisUrl")) {
    const consumerRedis = connectConsumer(url);
    consumerRedis.on("error", () => undefined);
    const consumer = consume({
      queue: "sync",
      redis: consumerRedis,
      namespace,
      concurrency: 1,
      handle,
      decide: () => ({ action: "never" }),
      onError: () => undefined,
    });
    onTestFinished(async () => {
      const closed = inBackground(consumer.close(0));
      if (url === inject("redisUrl")) await closed;
      consumerRedis.disconnect();
    });
    return consumer;
  }

  let processes = 0;
  const prove = (consumer: Consumer, options: Partial<ProofOptions> = {}) =>
    proveConsumer({
      queues,
      queue: "sync",
      consumer,
      processId: String(++processes),
      withinMs: 500,
      ...options,
    });
  const addJob = (number: number) =>
    queues.addSyncs([[{ syncId: `@a.b.1/assets` as SyncId, fencingToken: number }]]);
  return { queues, startConsumer, prove, addJob };
}

test("a consumer that takes jobs proves it, and no probe is left behind", async () => {
  const { queues, startConsumer, prove } = await setup();
  const consumer = startConsumer();
  expect(await prove(consumer, { withinMs: 5_000 })).toBe("taken");
  await expect
    .poll(() => queues.queues.sync.getJobCounts())
    .toMatchObject({ completed: 0, failed: 0, waiting: 0 });
});

test("each of several consumers proves itself, though they take each other's probes", async () => {
  const { startConsumer, prove } = await setup();
  const consumers = Array.from({ length: 5 }, () => startConsumer());
  for (const consumer of consumers) expect(await prove(consumer, { withinMs: 5_000 })).toBe("taken");
});

// A proxy stands before one server.
const isOneServer = /^rediss?:/.test(inject("redisUrl"));

test.runIf(isOneServer)(
  "a consumer that seems alive but takes no job fails, also while another one works",
  async () => {
    const { startConsumer, prove } = await setup();
    const proxy = await startSilentProxy(inject("redisUrl"));
    const consumer = startConsumer(undefined, proxy.url);
    expect(await prove(consumer, { withinMs: 5_000 })).toBe("taken");
    proxy.fallSilent();
    startConsumer();
    expect(consumer.isRunning()).toBe(true);
    await expect(prove(consumer)).rejects.toMatchObject({ code: "ERR_CONSUMER_IDLE" });
  },
);

test("a consumer that was closed fails", async () => {
  const { startConsumer, prove } = await setup();
  const consumer = startConsumer();
  await consumer.close(0);
  await expect(prove(consumer)).rejects.toMatchObject({ code: "ERR_CONSUMER_STOPPED" });
});

test("a consumer whose places are all in use is busy, until no job has begun or ended for too long", async () => {
  const { startConsumer, prove, addJob } = await setup();
  const held = Promise.withResolvers<void>();
  const consumer = startConsumer(() => held.promise);
  await addJob(1);
  await expect.poll(() => consumer.progress().isFull).toBe(true);
  expect(await prove(consumer)).toBe("busy");
  await expect(prove(consumer, { maxBusyMs: 0 })).rejects.toMatchObject({ code: "ERR_CONSUMER_IDLE" });
  held.resolve();
});

test("a queue that an operator paused is no fault of the consumer", async () => {
  const { queues, startConsumer, prove } = await setup();
  await queues.queues.sync.pause();
  expect(await prove(startConsumer())).toBe("paused");
});

test("the probe of a dead worker does not hide the job that has waited longest", async () => {
  const { queues, startConsumer, prove, addJob } = await setup();
  expect(await queues.oldestWaitingAt("sync")).toBeUndefined();
  for (const number of [1, 2, 3]) await addJob(number);
  const [oldest] = await queues.queues.sync.getJobs(["waiting"], 0, 0, true);
  await queues.addProbe("sync", "probe-of-one-that-is-gone");
  expect(await queues.oldestWaitingAt("sync")).toEqual(new Date(oldest?.timestamp ?? 0));
  await prove(startConsumer(), { withinMs: 5_000 });
  await expect.poll(() => queues.oldestWaitingAt("sync")).toBeUndefined();
});
