import { expect, inject, test } from "vitest";
import { testNamespace } from "../src/index.ts";
import { pingMongodb, pingRedis } from "../src/ping.ts";

test("every integration test gets a Redis and a MongoDB that answer", async () => {
  expect(await pingRedis(inject("redisUrl"))).toMatch(/^\d/);
  expect(await pingMongodb(inject("mongodbUrl"))).toMatch(/^\d/);
});

test("a namespace is new each time, and fits a database name and a key", () => {
  expect(testNamespace()).not.toBe(testNamespace());
  expect(testNamespace()).toMatch(/^t[0-9a-f]{11}$/);
});
