import { randomUUID } from "node:crypto";
import { generationOf, installationIdOf } from "@fleetkeeper/model";
import { createJobSign, createSeal, createSign, generateSigningKey } from "@fleetkeeper/sealing";
import type { SimulatedAccount } from "@fleetkeeper/simulator";
import { expect, test, vi } from "vitest";
import { testWorld } from "./create-world.ts";
import { app, type World } from "./world.ts";

let world: World;

const patient = { timeout: 30_000, interval: 50 };

/** A worker, and an account whose assets are there. */
async function setup(): Promise<SimulatedAccount> {
  world = await testWorld();
  const account = world.simulator.addAccount({ assets: 5 });
  await world.startWorker();
  await world.install(account);
  await vi.waitFor(async () => {
    expect(await world.db.collection("assets").countDocuments()).toBe(5);
  }, patient);
  return account;
}

/** Waits until each of these jobs has ended, and gives how. */
async function ended(queue: "install" | "forget", jobIds: (string | undefined)[]): Promise<unknown[]> {
  return vi.waitFor(async () => {
    const jobs = await Promise.all(jobIds.map((id) => world.queues.queues[queue].getJob(id ?? "")));
    for (const job of jobs) expect(job?.finishedOn).toBeGreaterThan(0);
    return jobs.map((job) => job?.failedReason ?? job?.returnvalue);
  }, patient);
}

test("an install that the ingress did not sign, or that was changed since, replaces no credential", async () => {
  const victim = await setup();
  const { accountId } = victim;
  const before = await world.store.installations.find(world.installationIdOf(victim));
  const seal = await createSeal(JSON.parse(world.env.SEALING_PUBLIC_KEY ?? ""));
  const receivedAt = new Date(Date.now() + 60_000);
  const installationId = installationIdOf(app, accountId);
  const payload = {
    kind: "install",
    installationId,
    irisAppId: app,
    accountId,
    generation: generationOf({ issuedAt: undefined, receivedAt, contentHash: "f".repeat(64) }),
    sealedCredential: await seal(JSON.stringify({ clientId: "mine", clientSecret: "mine" }), {
      installationId,
      purpose: "credential",
    }),
    clientIdFingerprint: "0123456789abcdef",
    receivedAt: receivedAt.toISOString(),
  };
  const mine = createSign((await generateSigningKey()).privateKey);
  const [genuine] = await world.queues.queues.install.getCompleted();
  const { signature: ofAnother } = genuine?.data ?? {};
  const jobs = await Promise.all(
    [
      payload,
      { ...payload, signature: await mine(payload) },
      { ...payload, signature: await createJobSign(mine, seal)(payload) },
      { ...payload, signature: ofAnother },
      { ...payload, signature: { toString: "x" } },
    ].map((data) => world.queues.queues.install.add("install", data as never, { jobId: randomUUID() })),
  );
  const reasons = await ended(
    "install",
    jobs.map(({ id }) => id),
  );
  expect(reasons).toEqual(jobs.map(() => expect.stringContaining("the ingress did not sign this")));
  const after = await world.store.installations.find(installationId);
  expect(after).toMatchObject({
    state: "active",
    generation: before?.generation,
    sealKeyId: before?.sealKeyId,
  });
});

test("a request to forget that is not in the audit log deletes no account", async () => {
  const victim = await setup();
  const installationId = world.installationIdOf(victim);
  const other = await world.store.audit.add({
    at: new Date(),
    who: "olive",
    action: "pause",
    installationId,
  });
  const ofAnother = await world.store.audit.add({
    at: new Date(),
    who: "olive",
    action: "forget",
    installationId: installationIdOf(app, "another"),
  });
  const askedAt = new Date().toISOString();
  const { install, forget } = world.queues.queues;
  const asInstall = await install.add("forget", { kind: "forget", installationId, askedAt });
  const asForget = await Promise.all(
    [other.auditId, ofAnother.auditId, undefined, { $ne: "" }].map((auditId) =>
      forget.add("forget", { installationId, auditId, askedAt } as never),
    ),
  );
  await ended("install", [asInstall.id]);
  const reasons = await ended(
    "forget",
    asForget.map(({ id }) => id),
  );
  expect(reasons).toEqual(reasons.map(() => expect.stringContaining("no entry of the audit log")));
  expect((await world.store.installations.find(installationId))?.state).toBe("active");
  expect(await world.db.collection("assets").countDocuments()).toBe(5);
});
