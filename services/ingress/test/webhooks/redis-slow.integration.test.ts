// What came to Redis and what its sender was told may differ: the retry that follows does nothing
// twice.

import { inBackground, spawnService } from "@fleetkeeper/test-worlds";
import { expect, inject, onTestFinished, test, vi } from "vitest";
import { createRedisGate } from "../redis-gate.ts";
import { createWebhookWorld } from "./webhook-world.ts";

const unavailable = { status: 503, code: "ERR_WEBHOOK_UNAVAILABLE" };
const patient = { timeout: 30_000, interval: 20 };

async function setup() {
  const gate = await createRedisGate(inject("redisUrl"));
  onTestFinished(() => gate.close());
  return gate;
}

/** An ingress as a process of its own; resolves when it listens. */
async function spawnIngress(env: Record<string, string>) {
  const { kill, listening } = spawnService("ingress", env);
  onTestFinished(() => kill("SIGKILL"));
  return { kill, url: await listening };
}

test("a Redis that is silent, or that takes a delivery and does not say so, means 503 within the sender's 15 s, and its retry is one delivery", async () => {
  const gate = await setup();
  const world = await createWebhookWorld({ REDIS_URL: gate.url });
  onTestFinished(() => world.close());
  const { path, key } = await world.addEndpoint();
  gate.stopAnsweringAt("msg_unheard");
  expect(await world.deliver(path, key, { id: "msg_unheard" })).toMatchObject(unavailable);
  expect(await world.deliveries()).toHaveLength(1);
  gate.set("silent");
  expect(await world.deliver(path, key, { id: "msg_silent" })).toMatchObject(unavailable);
  gate.set("open");
  for (const id of ["msg_unheard", "msg_silent"])
    await vi.waitFor(
      async () => expect(await world.deliver(path, key, { id })).toMatchObject({ status: 202 }),
      patient,
    );
  expect(await world.deliveries()).toHaveLength(2);
});

test("an ingress that is killed between disk and answer leaves one delivery, even if it is sent again", async () => {
  const gate = await setup();
  const world = await createWebhookWorld();
  onTestFinished(() => world.close());
  const { path, key } = await world.addEndpoint();
  const { kill, url } = await spawnIngress({ ...world.env, REDIS_URL: gate.url, LOG_LEVEL: "info" });
  expect(await world.deliver(path, key, { id: "msg_before", ingress: url })).toMatchObject({ status: 202 });
  gate.stopAnsweringAt("msg_killed");
  const unanswered = world.deliver(path, key, { id: "msg_killed", ingress: url });
  const refused = inBackground(expect(unanswered).rejects.toThrow());
  await vi.waitFor(async () => expect(await world.deliveries()).toHaveLength(2), patient);
  await Promise.all([kill("SIGKILL"), refused]);
  for (let time = 0; time < 2; time++)
    expect(await world.deliver(path, key, { id: "msg_killed" })).toMatchObject({ status: 202 });
  expect(await world.deliveries()).toHaveLength(2);
});
