import { type Generation, installationIdOf, syncIdOf } from "@fleetkeeper/model";
import { connectConsumer } from "@fleetkeeper/redis";
import { testRedis } from "@fleetkeeper/test-worlds";
import { expect, inject, onTestFinished, test, vi } from "vitest";
import { consume } from "../src/index.ts";

const one = installationIdOf("@acme/tracker", "1");
const other = installationIdOf("@acme/tracker", "1.1");
const generation = "1" as Generation;

async function setup() {
  const { namespace, queues: queueSet } = await testRedis();
  const consumerRedis = connectConsumer(inject("redisUrl"));
  let broken = true;
  const consumers = (["prewarm", "sync"] as const).map((queue) =>
    consume({
      queue,
      redis: consumerRedis,
      namespace,
      concurrency: 1,
      handle: async () => {
        if (broken) throw new Error("broken");
      },
      decide: () => ({ action: "never" }),
      onError: () => undefined,
    }),
  );
  onTestFinished(async () => {
    for (const consumer of consumers) await consumer.close(0);
    consumerRedis.disconnect();
  });
  const failed = async (name: "prewarm" | "sync") =>
    (await queueSet.queues[name].getJobCounts("failed")).failed;
  await queueSet.addPrewarms([one, other].map((installationId) => ({ installationId, generation })));
  await queueSet.addSyncs([one, other].map((id) => [{ syncId: syncIdOf(id, "assets"), fencingToken: 1 }]));
  await vi.waitFor(
    async () => expect([await failed("prewarm"), await failed("sync")]).toEqual([2, 2]),
    20_000,
  );
  return {
    queueSet,
    failed,
    fix: () => {
      broken = false;
    },
  };
}

test("the failed jobs of one account are found in every queue, with their reason", async () => {
  const { queueSet } = await setup();
  expect(await queueSet.failedOf(one, 10)).toMatchObject([
    { queue: "prewarm", reason: "broken" },
    { queue: "sync", reason: "broken" },
  ]);
  expect(await queueSet.failedOf(installationIdOf("@acme/tracker", "2"), 10)).toEqual([]);
});

test("a retry starts the failed jobs of one account, and leaves those of the others", async () => {
  const { queueSet, failed, fix } = await setup();
  fix();
  expect(await queueSet.accountsWithFailed()).toEqual(new Set([one, other]));
  expect(await queueSet.retryFailedOf(one)).toBe(2);
  await vi.waitFor(
    async () => expect([await failed("prewarm"), await failed("sync")]).toEqual([1, 1]),
    20_000,
  );
  expect(await queueSet.failedOf(one, 10)).toEqual([]);
  expect(await queueSet.failedOf(other, 10)).toHaveLength(2);
});

test("a retry of a queue starts all that failed in it", async () => {
  const { queueSet, failed, fix } = await setup();
  fix();
  expect(await queueSet.retryFailed("sync")).toBe(2);
  await vi.waitFor(
    async () => expect([await failed("prewarm"), await failed("sync")]).toEqual([2, 0]),
    20_000,
  );
});
