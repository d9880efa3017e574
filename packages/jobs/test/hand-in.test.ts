import { EventEmitter } from "node:events";
import type { RedisClient } from "@fleetkeeper/redis";
import { expect, test } from "vitest";
import { createHandIn, type Promised } from "../src/hand-in.ts";

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
  const promised: Promised[] = [];
  const queues = createHandIn({
    redis: redis as unknown as RedisClient,
    namespace: "test",
    replicas: 0,
    onPromise: (one) => promised.push(one),
    onSilence: () => undefined,
  });
  const queue = queues.to("install", [redis as unknown as RedisClient]);
  return { queue, confirm: queue.onDisk, server, redis, waits: () => waits, promised };
}

test("where the server can confirm, every job that is handed in waits for its disk", async () => {
  const { queue, waits, promised } = setup({ appendonly: "yes" });
  const waitsBefore: number[] = [];
  for (const job of ["one", "two"]) {
    const add = async () => {
      waitsBefore.push(waits());
      return job;
    };
    expect(await queue.handIn(add)).toBe(job);
  }
  expect(waitsBefore).toEqual([0, 1]);
  expect(waits()).toBe(2);
  expect(promised).toEqual([{ persistence: "confirmed", evictionPolicy: "noeviction" }]);
});

test("a job that Redis did not take is not waited for", async () => {
  const { queue, waits } = setup({ appendonly: "yes" });
  const refused = new Error("READONLY");
  await expect(queue.handIn(() => Promise.reject(refused))).rejects.toBe(refused);
  expect(waits()).toBe(0);
});

test("where the server has no WAITAOF, its own policy counts", async () => {
  const { confirm, waits, promised } = setup({ appendonly: "yes", waitaof: false });
  await confirm();
  expect(waits()).toBe(0);
  expect(promised).toMatchObject([{ persistence: "server-policy" }]);
});

test("a server without append-only file or with eviction is reported", async () => {
  const { confirm, promised } = setup({ appendonly: "no", policy: "allkeys-lru" });
  await confirm();
  expect(promised).toEqual([{ persistence: "none", evictionPolicy: "allkeys-lru" }]);
});

test("a server that does not say what it can promises nothing, and is asked again", async () => {
  const { confirm, server, waits } = setup(undefined);
  await expect(confirm()).rejects.toMatchObject({ code: "ERR_QUEUE_UNAVAILABLE" });
  server.settings = { appendonly: "yes" };
  await confirm();
  expect(waits()).toBe(1);
});

test("after a reconnect it may be another server", async () => {
  const { confirm, server, redis, promised, waits } = setup({ appendonly: "yes" });
  await confirm();
  redis.emit("close");
  server.settings = { appendonly: "no" };
  redis.emit("ready");
  await confirm();
  expect(waits()).toBe(1);
  expect(promised.map(({ persistence }) => persistence)).toEqual(["confirmed", "none"]);
});
