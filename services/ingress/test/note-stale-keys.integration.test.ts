import { redisKeys } from "@fleetkeeper/redis";
import { testDatabase, testRedis } from "@fleetkeeper/test-worlds";
import { expect, inject, test } from "vitest";
import { noteStaleKeys, staleAfterMs } from "../src/note-stale-keys.ts";

test("keys that are old, or never came, are noted for the board for a few minutes, and fresh ones are not", async () => {
  const { namespace } = await testDatabase();
  const { redis } = await testRedis(namespace, inject("redisUrl"));
  const startedAt = new Date("2026-01-01T00:00:00Z");
  const key = redisKeys(namespace).keySetStale();
  const noted = async (ageMs: number, minutes: number) => {
    const now = new Date(startedAt.getTime() + minutes * 60_000);
    await noteStaleKeys(redis, { namespace, ageMs, startedAt, now });
    return redis.get(key);
  };
  expect(await noted(staleAfterMs, 300)).toBeNull();
  expect(await noted(Number.POSITIVE_INFINITY, 2)).toBeNull();
  expect(await noted(Number.POSITIVE_INFINITY, 5)).toBe(String(startedAt.getTime()));
  expect(await noted(staleAfterMs + 60_000, 300)).toBe(String(startedAt.getTime() + 239 * 60_000));
  expect(await redis.pttl(key)).toBeGreaterThan(60_000);
});
