import { expect, inject, onTestFinished, test } from "vitest";
import { createRedisGate, type GateState } from "./redis-gate.ts";
import { testWorld, type World } from "./world.ts";

let world: World;
let gate: Awaited<ReturnType<typeof createRedisGate>>;

async function setup(initial: GateState = "open", redisUrl = inject("redisUrl")) {
  gate = await createRedisGate(redisUrl, initial);
  onTestFinished(() => gate.close());
  world = await testWorld({ env: { REDIS_URL: gate.url } });
}

const forNow = { status: 503, code: "ERR_QUEUE_UNAVAILABLE", retryAfter: "10" };
const untilBack = { timeout: 10_000, interval: 100 };

test.each(["shut", "silent"] as const)(
  "a Redis that is %s means 503 within the deadline, and its return needs no restart",
  async (state) => {
    await setup();
    expect(await world.callback()).toMatchObject({ status: 202 });
    gate.set(state);
    const token = await world.simulator.signCallbackToken();
    const startedAtMs = performance.now();
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.callback({ token })));
    expect(performance.now() - startedAtMs).toBeLessThan(6_000);
    for (const answer of answers) expect(answer).toMatchObject(forNow);
    expect((await fetch(`${world.opsUrl}/readyz`)).status).toBe(503);
    gate.set("open");
    await expect.poll(async () => (await world.callback({ token })).status, untilBack).toBe(202);
    expect(await world.queued()).toHaveLength(2);
  },
);

test("an ingress that starts without Redis says 503, and works once Redis is there", async () => {
  await setup("shut");
  expect(await world.callback()).toMatchObject(forNow);
  gate.set("open");
  await expect.poll(async () => (await world.callback()).status, untilBack).toBe(202);
  expect(await world.queued()).toHaveLength(1);
});

test("a token that Redis bound but whose job it lost can be sent again, with the same body only", async () => {
  await setup();
  const token = await world.simulator.signCallbackToken();
  await world.callback({ token });
  await world.queues.queues.install.obliterate({ force: true });
  expect(await world.callback({ token, body: world.bodyOf({ x: 1 }) })).toMatchObject({ status: 409 });
  expect(await world.callback({ token })).toMatchObject({ status: 202 });
  expect(await world.queued()).toHaveLength(1);
});

test("a caller without a valid token learns nothing of the outage", async () => {
  await setup();
  gate.set("shut");
  expect(await world.callback({ token: "a.b.c" })).toMatchObject({ status: 401 });
  expect(await world.callback({ body: "{" })).toMatchObject({ status: 400 });
});
