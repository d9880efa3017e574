import { queueNames } from "@fleetkeeper/jobs";
import { type Generation, installationIdOf, type SealedText } from "@fleetkeeper/model";
import { expect, test, vi } from "vitest";
import { app, setup, type World } from "../world.ts";

const patient = { timeout: 20_000, interval: 50 };
const accountId = "11111111-2222-3333-4444-555555555555";
const installationId = installationIdOf(app, accountId);

/** An install that no worker can carry out. */
async function withFailedInstall(): Promise<World & { jobId: string }> {
  const world = await setup();
  await world.startWorker();
  const { jobId } = await world.queues.addCallback({
    kind: "install",
    contentHash: "a".repeat(64),
    installationId,
    irisAppId: app,
    accountId,
    generation: "1" as Generation,
    sealedCredential: "no sealed text" as SealedText,
    clientIdFingerprint: "f",
    receivedAt: new Date(),
  });
  await vi.waitFor(async () => expect(await world.queues.queues.install.getFailedCount()).toBe(1), patient);
  return { ...world, jobId };
}

test("queues are shown with their workers", async () => {
  const { cli, startWorker } = await setup();
  const without = (await cli(["queues", "--json"])).json() as {
    queues: { queue: string; workers: number }[];
  };
  expect(without.queues.map(({ queue }) => queue)).toEqual(queueNames);
  await startWorker();
  const { stdout, code } = await cli(["queues"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^QUEUE +WAITING +OLDEST/);
  const after = (await cli(["queues", "--json"])).json() as typeof without;
  expect(after.queues.every(({ workers }) => workers > 0)).toBe(true);
});

test("a failed job is listed without its payload, and put back by its id, by account and by queue", async () => {
  const { cli, jobId, queues, store } = await withFailedInstall();
  const attempts = async () => (await queues.queues.install.getJob(jobId))?.attemptsStarted ?? 0;
  const listed = (await cli(["failed", "list", "--json"])).json();
  expect(listed).toMatchObject({ failed: [{ queue: "install", id: jobId, about: installationId }] });
  expect(JSON.stringify(listed)).not.toContain("no sealed text");
  const started = await attempts();
  const retried = await cli(["failed", "retry", jobId, "--as", "jo", "--json"]);
  expect(retried.json()).toEqual({ retried: 1 });
  await vi.waitFor(async () => expect(await attempts()).toBeGreaterThan(started), patient);
  expect(await store.audit.ofQueue("install", 1)).toMatchObject([
    { who: "cli:jo", action: `retry job ${jobId}` },
  ]);
  await vi.waitFor(async () => expect(await queues.queues.install.getFailedCount()).toBe(1), patient);
  expect((await cli(["failed", "retry", "--queue", "install", "--json"])).json()).toEqual({ retried: 1 });
  expect((await cli(["failed", "retry", "nothing"])).code).toBe(3);
});
