import { EventEmitter } from "node:events";
import type { RedisClient } from "@fleetkeeper/redis";
import { capturedLog } from "@fleetkeeper/test-worlds";
import { expect, test } from "vitest";
import { createDurability } from "../src/durability.ts";

/** A server with these settings; `undefined` for one that cannot be asked at the moment. */
function setup(first: { appendonly: string; policy?: string; waitaof?: boolean } | undefined) {
  const server = { settings: first };
  let waits = 0;
  const settings = () => {
    if (server.settings === undefined) throw new Error("Connection is closed.");
    return server.settings;
  };
  const call = async () => [(settings().waitaof ?? true) ? ["waitaof"] : null];
  const info = async () => {
    const { appendonly, policy = "noeviction" } = settings();
    return `aof_enabled:${appendonly === "yes" ? 1 : 0}\r\nmaxmemory_policy:${policy}\r\n`;
  };
  const pipeline = () => ({
    incr: () => pipeline(),
    call: () => pipeline(),
    exec: async () => [
      [null, ++waits],
      [null, [1, 0]],
    ],
  });
  const redis = Object.assign(new EventEmitter(), { call, info, pipeline });
  const { log, text: logged } = capturedLog("warn");
  const durability = createDurability({
    redis: redis as unknown as RedisClient,
    namespace: "test",
    replicas: 0,
    log,
  });
  const confirm = durability.confirmOf("install", [redis as unknown as RedisClient]);
  return { confirm, server, redis, waits: () => waits, logged };
}

test("where the server can confirm, every callback waits for its disk", async () => {
  const { confirm, waits, logged } = setup({ appendonly: "yes" });
  await confirm();
  await confirm();
  expect(waits()).toBe(2);
  expect(logged()).toBe("");
});

test("where the server has no WAITAOF, its own policy counts", async () => {
  const { confirm, waits, logged } = setup({ appendonly: "yes", waitaof: false });
  await confirm();
  expect(waits()).toBe(0);
  expect(logged()).toBe("");
});

test("a server without append-only file or with eviction is warned of", async () => {
  const { confirm, logged } = setup({ appendonly: "no", policy: "allkeys-lru" });
  await confirm();
  expect(logged()).toContain("a crash loses accepted callbacks");
  expect(logged()).toContain("set maxmemory-policy to noeviction");
});

test("a server that does not say what it can promises nothing, and is asked again", async () => {
  const { confirm, server, waits } = setup(undefined);
  await expect(confirm()).rejects.toMatchObject({ code: "ERR_QUEUE_UNAVAILABLE" });
  server.settings = { appendonly: "yes" };
  await confirm();
  expect(waits()).toBe(1);
});

test("after a reconnect it may be another server", async () => {
  const { confirm, server, redis, logged, waits } = setup({ appendonly: "yes" });
  await confirm();
  redis.emit("close");
  server.settings = { appendonly: "no" };
  redis.emit("ready");
  await confirm();
  expect(waits()).toBe(1);
  expect(logged()).toContain("a crash loses accepted callbacks");
});
