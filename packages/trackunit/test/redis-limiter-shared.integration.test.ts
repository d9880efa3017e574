// One limit, and several limiters that keep to it.

import { testNamespace } from "@fleetkeeper/local-stack";
import { asInstallationId } from "@fleetkeeper/model";
import { connectConsumer } from "@fleetkeeper/redis";
import fc from "fast-check";
import { expect, inject, onTestFinished, test } from "vitest";
import { createRedisLimiter } from "../src/index.ts";
import { mostWithin } from "./most-within.ts";
import { reading } from "./world.ts";

const account = asInstallationId("@a.b.1");
const { signal } = reading();

function connect() {
  const redis = connectConsumer(inject("redisUrl"));
  onTestFinished(async () => void (await redis.quit()));
  return { redis, namespace: testNamespace() };
}

test("processes share one count, by Redis's clock, and the limiter waits if the wait is short", async () => {
  const { redis, namespace } = connect();
  const limiters = Array.from({ length: 4 }, () =>
    createRedisLimiter({
      redis,
      namespace,
      limits: { pages: { requests: 3, windowMs: 300, marginMs: 600 } },
      longestDelayMs: 4_000,
    }),
  );
  const used: number[] = [];
  await Promise.all(
    Array.from({ length: 12 }, async (_, index) => {
      await limiters[index % 4]?.take({ installationId: account, family: "pages" }, signal);
      used.push(performance.now());
    }),
  );
  expect(mostWithin(300, used)).toBeLessThanOrEqual(3);
  expect(Math.max(...used) - Math.min(...used)).toBeGreaterThan(1_000);
});

test("requests and syncs in any order together stay within the limit, however far ahead each waits", async () => {
  const { redis } = connect();
  const aheadMs = [0, 200, 1_500, 5_000, 10_000];
  const takes = fc.array(
    fc.record({
      of: fc.constantFrom("requests" as const, "syncs" as const),
      longestDelayMs: fc.constantFrom(...aheadMs),
      laterMs: fc.oneof(fc.constant(0), fc.nat(2_000)),
    }),
    { minLength: 5, maxLength: 40 },
  );
  const limit = fc.record({
    requests: fc.integer({ min: 1, max: 3 }),
    windowMs: fc.constantFrom(1_000, 5_000),
    marginMs: fc.constant(0),
  });
  await fc.assert(
    fc.asyncProperty(limit, takes, async (pages, steps) => {
      const namespace = testNamespace();
      const over = new AbortController();
      const clock = { ms: Date.UTC(2026, 0, 1) };
      const used: number[] = [];
      const taken: Promise<unknown>[] = [];
      for (const { of, longestDelayMs, laterMs } of steps) {
        clock.ms += laterMs;
        await new Promise<void>((counted) => {
          const limiter = createRedisLimiter({
            redis,
            namespace,
            of,
            longestDelayMs,
            limits: { pages },
            now: () => new Date(clock.ms),
            onTake({ waitMs, putOff }) {
              if (!putOff) used.push(clock.ms + waitMs);
              counted();
            },
          });
          // No taker waits here: what counts is the place that was given.
          taken.push(
            limiter.take({ installationId: account, family: "pages" }, over.signal).catch(() => undefined),
          );
        });
      }
      over.abort();
      await Promise.all(taken);
      expect(mostWithin(pages.windowMs, used)).toBeLessThanOrEqual(pages.requests);
    }),
    { numRuns: 200 },
  );
});

test("a limiter is refused at once if its longest wait is longer than the other processes accept", () => {
  expect(() => createRedisLimiter({ ...connect(), longestDelayMs: 10_001 })).toThrow(RangeError);
});

test("a process that is late for its place takes another one", async () => {
  const { redis, namespace } = connect();
  const waits: number[] = [];
  const limiter = createRedisLimiter({ redis, namespace, onTake: ({ waitMs }) => void waits.push(waitMs) });
  const taking = limiter.take({ installationId: account, family: "locations" }, signal);
  // The process stands still while the reply comes.
  for (const until = performance.now() + 300; performance.now() < until; );
  await taking;
  expect(waits).toHaveLength(2);
  expect(waits[1]).toBeGreaterThan(0);
});
