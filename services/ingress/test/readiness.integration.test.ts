import { startRedis } from "@fleetkeeper/local-stack";
import { connectConsumer } from "@fleetkeeper/redis";
import { expect, onTestFinished, test } from "vitest";
import { testWorld } from "./world.ts";

test("an ingress whose Redis became a replica, or is full, is not ready; it is again once that has passed", async () => {
  const server = await startRedis({ own: true });
  onTestFinished(() => server.close());
  const admin = connectConsumer(server.url);
  onTestFinished(() => admin.disconnect());
  const world = await testWorld({ env: { REDIS_URL: server.url } });
  const readiness = async () => {
    const answer = await fetch(`${world.opsUrl}/readyz`);
    return [answer.status, ((await answer.json()) as { failing: string[] }).failing];
  };
  const isReady = () => expect.poll(readiness, { timeout: 20_000 }).toEqual([200, []]);
  await isReady();

  await admin.call("REPLICAOF", "127.0.0.1", "1");
  expect(await readiness()).toEqual([503, ["redis"]]);
  expect((await world.callback()).status).toBe(503);
  await admin.call("REPLICAOF", "NO", "ONE");
  await isReady();

  await admin.call("CONFIG", "SET", "maxmemory", "1");
  expect(await readiness()).toEqual([503, ["redis"]]);
  await admin.call("CONFIG", "SET", "maxmemory", "0");
  await isReady();
  expect((await world.callback()).status).toBe(202);
  expect(world.logged().match(/request refused for now/g)).toHaveLength(1);
});
