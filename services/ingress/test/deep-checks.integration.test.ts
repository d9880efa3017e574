import { expect, inject, test } from "vitest";
import { createRedisGate } from "./redis-gate.ts";
import { testWorld, type World } from "./world.ts";

let world: World;

async function deep() {
  const answer = await fetch(`${world.opsUrl}/healthz/deep`);
  const { checks } = (await answer.json()) as { checks: Record<string, object> };
  return { status: answer.status, checks };
}

test("an ingress that could take a callback passes its deep check", async () => {
  world = await testWorld();
  const { status, checks } = await deep();
  expect(status).toBe(200);
  expect(checks).toMatchObject({ keySet: { status: "ok" }, seal: { status: "ok" }, redis: { status: "ok" } });
  expect(await world.queued()).toEqual([]);
});

test("one whose keys are too old, or whose Redis is away, fails with the reason by code", async () => {
  const gate = await createRedisGate(inject("redisUrl"));
  world = await testWorld({ env: { REDIS_URL: gate.url } });
  world.simulator.faults.add({ kind: "status", operation: "jwks", status: 502 });
  world.advance(25 * 3_600_000);
  gate.set("shut");
  const { status, checks } = await deep();
  expect(status).toBe(503);
  expect(checks).toMatchObject({
    keySet: { status: "failing", code: "ERR_KEY_SET_UNAVAILABLE" },
    seal: { status: "ok" },
    redis: { status: "failing", code: "ERR_QUEUE_UNAVAILABLE" },
  });
  gate.close();
});
