import { startRedis, startRedisCluster, startRedisSentinel } from "@fleetkeeper/local-stack";
import { expect, onTestFinished, test } from "vitest";
import { closeRedis, connected, connectProducer, mastersOf } from "../src/index.ts";

async function reached(url: string) {
  const redis = connectProducer(url);
  onTestFinished(() => redis.disconnect());
  await connected(redis);
  return redis;
}

test("a cluster of three masters takes keys of every slot", async () => {
  const cluster = await startRedisCluster();
  onTestFinished(() => cluster.close());
  const redis = await reached(cluster.url);
  expect(mastersOf(redis)).toHaveLength(3);
  const keys = Array.from({ length: 50 }, (_, index) => `key-${index}`);
  await Promise.all(keys.map((key) => redis.set(key, key)));
  expect(await Promise.all(keys.map((key) => redis.get(key)))).toEqual(keys);
});

test("a Sentinel group leads to its master, by LOCAL_REDIS too", async () => {
  const group = await startRedisSentinel();
  onTestFinished(() => group.close());
  const redis = await reached(group.url);
  expect(await redis.set("key", "value")).toBe("OK");
  const named = await startRedis({ env: { ...process.env, REDIS_URL: group.url } });
  expect(named.url).toBe(group.url);
});

test("a connection through Sentinel that is closed leaves none to the Sentinels", async () => {
  const group = await startRedisSentinel();
  onTestFinished(() => group.close());
  const sentinel = new URL(group.url.replace("redis+sentinel:", "http:").split(",")[0] ?? "").host;
  const watcher = await reached(`redis://${sentinel}`);
  // Sentinels give their own connections a name.
  const strangers = async () =>
    String(await watcher.call("CLIENT", "LIST"))
      .split("\n")
      .filter((line) => line.includes(" name= ")).length;
  const redis = connectProducer(group.url);
  await connected(redis);
  await expect.poll(strangers, { timeout: 20_000 }).toBeGreaterThan(1);
  await closeRedis(redis);
  await expect.poll(strangers, { timeout: 20_000 }).toBe(1);
});

test("a kind of group that does not exist is said", async () => {
  const starting = startRedis({ env: { ...process.env, REDIS_URL: "", LOCAL_REDIS: "ring" } });
  await expect(starting).rejects.toThrow("it can be cluster or sentinel");
});
