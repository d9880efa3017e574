import { testNamespace } from "@fleetkeeper/local-stack";
import { asInstallationId } from "@fleetkeeper/model";
import { connectConsumer } from "@fleetkeeper/redis";
import { expect, inject, onTestFinished, test } from "vitest";
import { type ApiRateLimitedError, createRedisLimiter } from "../src/index.ts";
import { reading } from "./world.ts";

const { signal } = reading();
const limits = {
  one: { requests: 1, windowMs: 60_000, marginMs: 0 },
  three: { requests: 3, windowMs: 60_000, marginMs: 0 },
};

function setup() {
  const redis = connectConsumer(inject("redisUrl"));
  onTestFinished(async () => void (await redis.quit()));
  const clock = { ms: Date.UTC(2026, 0, 1) };
  const options = {
    redis,
    namespace: testNamespace(),
    now: () => new Date(clock.ms),
    limits,
    longestDelayMs: 0,
  };
  const limiters = {
    syncs: createRedisLimiter(options),
    requests: createRedisLimiter({ ...options, of: "requests" }),
  };
  /** Undefined: it may be asked; else the wait. */
  const take = (of: keyof typeof limiters, family: keyof typeof limits = "one") =>
    limiters[of].take({ installationId: asInstallationId("@a.b.1"), family }, signal).then(
      () => undefined,
      (error: ApiRateLimitedError) => error.retryAfterMs,
    );
  return { clock, take };
}

test("a postponed request goes before a sync that comes first when the limit is free again", async () => {
  const { clock, take } = setup();
  expect(await take("syncs")).toBeUndefined();
  expect(await take("requests")).toBe(60_000);
  expect(await take("syncs")).toBe(63_000);
  clock.ms += 60_000;
  expect(await take("syncs")).toBe(3_000);
  expect(await take("requests")).toBeUndefined();
  // A taker that does not come back holds up no other.
  clock.ms += 60_000;
  expect(await take("syncs")).toBeUndefined();
});

test("if both always send more, every fourth place is a sync's", async () => {
  const { clock, take } = setup();
  const taken: string[] = [];
  for (let second = 0; second < 20 * 60; second++) {
    clock.ms += 1_000;
    for (const of of ["requests", "syncs"] as const) if ((await take(of)) === undefined) taken.push(of);
  }
  const syncs = taken.filter((of) => of === "syncs").length;
  expect(taken.length).toBeGreaterThanOrEqual(17);
  expect(syncs).toBeGreaterThanOrEqual(Math.floor(taken.length / 4) - 1);
  expect(syncs).toBeLessThanOrEqual(Math.ceil(taken.length / 4) + 1);
});

test("if there is room for both, neither waits, and the limit holds for both together", async () => {
  const { clock, take } = setup();
  for (const of of ["requests", "syncs", "requests"] as const)
    expect(await take(of, "three")).toBeUndefined();
  expect(await take("syncs", "three")).toBe(60_000);
  expect(await take("requests", "three")).toBe(60_000);
  clock.ms += 60_000;
  expect(await take("syncs", "three")).toBeUndefined();
  expect(await take("requests", "three")).toBeUndefined();
});
