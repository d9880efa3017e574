import { startRedis } from "@fleetkeeper/local-stack";
import { inBackground } from "@fleetkeeper/test-worlds";
import { expect, onTestFinished, test } from "vitest";
import { connectConsumer, connected, connectProducer, proveWrite, type RedisClient } from "../src/index.ts";
import { createAddress } from "./address.ts";

async function ownRedis(...args: string[]) {
  const server = await startRedis({ own: true, args });
  onTestFinished(() => server.close());
  const admin = connectConsumer(server.url);
  onTestFinished(() => admin.disconnect());
  return { ...server, admin, port: new URL(server.url).port };
}

async function opened(redis: RedisClient): Promise<RedisClient> {
  redis.on("error", () => undefined);
  onTestFinished(() => redis.disconnect());
  await connected(redis);
  return redis;
}

/** The old master becomes the new one's replica and keeps its connections, as in a planned failover. */
async function setup() {
  const [old, next] = await Promise.all([ownRedis(), ownRedis()]);
  const address = await createAddress(old.url);
  return {
    url: address.url,
    next,
    async failOver() {
      address.leadTo(next.url);
      await old.admin.call("REPLICAOF", "127.0.0.1", next.port);
    },
  };
}

test("who hands in follows the master, though the old one keeps the connection and answers", {
  retry: 0,
}, async () => {
  const { url, next, failOver } = await setup();
  const redis = await opened(connectProducer(url));
  await redis.set("before", "1");
  await failOver();
  await expect
    .poll(() => redis.set("after", "1").catch((error: Error) => error.message), { timeout: 10_000 })
    .toBe("OK");
  expect(await next.admin.get("after")).toBe("1");
});

test("who takes jobs waits through it: the command is answered by the new master, no error is seen", {
  retry: 0,
}, async () => {
  const { url, next, failOver } = await setup();
  const redis = await opened(connectConsumer(url));
  const taken = inBackground(redis.blpop("jobs", 0));
  const written = opened(connectConsumer(url)).then(async (other) => {
    await failOver();
    return other.set("after", "1");
  });
  expect(await written).toBe("OK");
  await next.admin.rpush("jobs", "job");
  expect(await taken).toEqual(["jobs", "job"]);
});

test.each([
  ["a replica", (admin: RedisClient) => admin.call("REPLICAOF", "127.0.0.1", "1")],
  ["one whose memory is full", (admin: RedisClient) => admin.call("CONFIG", "SET", "maxmemory", "1")],
  [
    "one without its replicas",
    (admin: RedisClient) => admin.call("CONFIG", "SET", "min-replicas-to-write", "1"),
  ],
])("%s answers a PING and proves no write", async (_name, spoil) => {
  const { url, admin } = await ownRedis();
  const redis = await opened(connectProducer(url));
  await proveWrite(redis, ["probe"]);
  await spoil(admin);
  await expect(proveWrite(redis, ["probe"])).rejects.toThrow(/READONLY|OOM|NOREPLICAS/);
  expect(await admin.ping()).toBe("PONG");
});
