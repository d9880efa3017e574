import { queueNames } from "@fleetkeeper/jobs";
import { generateSealingKey } from "@fleetkeeper/sealing";
import { createLog } from "@fleetkeeper/telemetry";
import { expect, onTestFinished, test, vi } from "vitest";
import { readConfig } from "../src/config.ts";
import { startWorker } from "../src/worker.ts";
import { testWorld } from "./create-world.ts";
import type { World } from "./world.ts";

let world: World;

/** Starts a worker, and gives what its ops port says. */
async function start(env: Record<string, string> = {}) {
  const log = createLog({ service: "worker", level: "silent" });
  const { opsUrl } = await startWorker(readConfig({ ...world.env, ...env }), log, (_what, close) =>
    onTestFinished(async () => void (await close())),
  );
  return async (path: string) => {
    const answer = await fetch(`${opsUrl}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
}

test("a worker that works passes its deep check, beside others and with accounts to look after", async () => {
  world = await testWorld();
  const workers = [await start(), await start(), await start()];
  await world.install(world.simulator.addAccount({ assets: 50 }));
  for (const get of workers) {
    const { status, text } = await get("/healthz/deep");
    expect(status, text).toBe(200);
    const { checks } = JSON.parse(text);
    const ofQueues = queueNames.map((name) => `queue ${name}`);
    expect(Object.keys(checks).sort()).toEqual(["mongodb", "sealing", ...ofQueues].sort());
  }
  const { failed = 0 } = await world.queues.queues.sync.getJobCounts("failed");
  expect(failed).toBe(0);
});

test("a worker that looks alive and takes nothing of one queue fails, by name and code", async () => {
  world = await testWorld();
  // Every move into it fails from now on.
  await world.redis.set(`{${world.namespace}-install}:install:active`, "not a list");
  const get = await start();
  await vi.waitFor(async () => expect((await get("/readyz")).status).toBe(200), { timeout: 30_000 });
  const { status, text } = await get("/healthz/deep");
  expect(status).toBe(503);
  const { checks } = JSON.parse(text);
  expect(checks["queue install"]).toMatchObject({ status: "failing", code: "ERR_CONSUMER_IDLE" });
  expect((await get("/livez/deep")).status).toBe(503);
  expect(checks["queue sync"]).toMatchObject({ status: "ok" });
});

test("a worker that cannot open what is sealed now fails", async () => {
  world = await testWorld();
  const { privateKey } = await generateSealingKey();
  const get = await start({ SEALING_PRIVATE_KEYS: JSON.stringify({ keys: [privateKey] }) });
  const { status, text } = await get("/healthz/deep");
  expect(status).toBe(503);
  expect(JSON.parse(text).checks.sealing).toMatchObject({ code: "ERR_SEAL_UNKNOWN_KEY" });
  // A restart would bring the same keys.
  expect((await get("/livez/deep")).status).toBe(200);
});

test("every worker exports the same facts about the cluster", async () => {
  world = await testWorld();
  await world.queues.queues.install.pause();
  await world.install(world.simulator.addAccount({ assets: 1 }));
  const workers = [await start(), await start()];
  for (const get of workers) {
    const { text } = await get("/metrics");
    expect(text).toContain('fleetkeeper_queue_jobs{queue="install",state="waiting",service="worker"} 1');
    expect(text).toMatch(/^fleetkeeper_queue_age_seconds\{queue="install",service="worker"\} \d/m);
    expect(text).toContain('fleetkeeper_installations{state="active",service="worker"} 0');
    expect(text).toContain('fleetkeeper_redis_persistent{service="worker"} 1');
    expect(text).toContain('fleetkeeper_redis_never_evicts{service="worker"} 1');
  }
});
