import { type Generation, installationIdOf, type SealedText, syncIdOf } from "@fleetkeeper/model";
import { testRedis } from "@fleetkeeper/test-worlds";
import { expect, onTestFinished, test } from "vitest";

const one = installationIdOf("@acme/tracker", "1");
const other = installationIdOf("@acme/tracker", "1.1");
const generation = "1" as Generation;
const askedAt = new Date();

async function setup() {
  const { redis, queues: queueSet } = await testRedis();
  onTestFinished(async () => {
    for (const queue of Object.values(queueSet.queues)) await queue.obliterate({ force: true });
  });
  return { queueSet, redis };
}

const install = (receivedAt: Date, contentHash: string) => ({
  kind: "install" as const,
  contentHash: contentHash.repeat(64),
  installationId: one,
  irisAppId: "@acme/tracker",
  accountId: "1",
  generation,
  sealedCredential: "sealed" as SealedText,
  clientIdFingerprint: "0123456789abcdef",
  receivedAt,
});

test("an install that arrived before is removed, one that arrived after stays, and no event reports the removed one", async () => {
  const { queueSet, redis } = await setup();
  const { jobId: before } = await queueSet.addCallback(install(askedAt, "a"));
  const { jobId: after } = await queueSet.addCallback(install(new Date(askedAt.getTime() + 1), "b"));
  expect(await queueSet.removeJobsOf(one, askedAt)).toBe(1);
  const jobs = queueSet.queues.install;
  expect([await jobs.getJob(before), (await jobs.getJob(after))?.id]).toEqual([undefined, after]);
  expect(await redis.xlen(jobs.toKey("events"))).toBe(0);
});

test("a job that is shared with other accounts continues without this one", async () => {
  const { queueSet } = await setup();
  const later = new Date(Date.now() + 60_000);
  const sync = (id: typeof one) => ({ syncId: syncIdOf(id, "assets"), fencingToken: 1 });
  await queueSet.addSyncs([[sync(one), sync(other)], [sync(one)], [sync(other)]]);
  expect(await queueSet.removeJobsOf(one, later)).toBe(2);
  const left = (await queueSet.queues.sync.getWaiting()).map(({ data }) => data);
  expect(left).toEqual([{ syncs: [sync(other)] }, { syncs: [sync(other)] }]);
});

test("among thousands of jobs, each of the account's is found, and no job of another account is touched", async () => {
  const { queueSet } = await setup();
  const ids = Array.from({ length: 1_200 }, (_, index) => (index % 400 === 0 ? one : other));
  await queueSet.addPrewarms(ids.map((installationId) => ({ installationId, generation })));
  expect(await queueSet.removeJobsOf(one, new Date(Date.now() + 60_000))).toBe(3);
  expect(await queueSet.waiting("prewarm")).toBe(1_197);
});

test("jobs added after the account was forgotten stay", async () => {
  const { queueSet } = await setup();
  await queueSet.addPrewarms([{ installationId: one, generation }]);
  expect(await queueSet.removeJobsOf(one, new Date(Date.now() - 60_000))).toBe(0);
});
