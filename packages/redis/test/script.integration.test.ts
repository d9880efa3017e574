import { randomUUID } from "node:crypto";
import { testNamespace } from "@fleetkeeper/local-stack";
import { expect, inject, onTestFinished, test } from "vitest";
import { connectConsumer, createScript } from "../src/index.ts";

function connect() {
  const redis = connectConsumer(inject("redisUrl"));
  onTestFinished(async () => void (await redis.quit()));
  return { redis, key: `{${testNamespace()}}:count` };
}

test("a script is run once by each call, by a server that does not know it yet and by one that does", async () => {
  const { redis, key } = connect();
  const add = createScript(`-- ${randomUUID()}\nreturn redis.call("INCRBY", KEYS[1], ARGV[1])`);
  for (const sum of [2, 4, 6]) expect(await add(redis, [key], 2)).toBe(sum);
});

test("a script that fails halfway is not run again", async () => {
  const { redis, key } = connect();
  const fail = createScript(`redis.call("INCR", KEYS[1])\nreturn redis.call("${randomUUID()}")`);
  for (const calls of ["1", "2"]) {
    await expect(fail(redis, [key])).rejects.toThrow("Unknown Redis command");
    expect(await redis.get(key)).toBe(calls);
  }
});
