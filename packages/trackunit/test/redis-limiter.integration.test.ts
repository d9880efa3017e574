import { testNamespace } from "@fleetkeeper/local-stack";
import { asInstallationId } from "@fleetkeeper/model";
import { connectConsumer, connectProducer, findKeys } from "@fleetkeeper/redis";
import { expect, inject, onTestFinished, test } from "vitest";
import {
  ApiRateLimitedError,
  createRedisLimiter,
  documentedLimits,
  type RedisLimiterOptions,
} from "../src/index.ts";
import { mostWithin } from "./most-within.ts";
import { all, createWorld, reading } from "./world.ts";

const account = asInstallationId("@a.b.1");
const { signal } = reading();

function setup(options: Partial<RedisLimiterOptions> = {}) {
  const redis = connectConsumer(inject("redisUrl"));
  onTestFinished(async () => void (await redis.quit()));
  const namespace = testNamespace();
  const clock = { ms: Date.UTC(2026, 0, 1) };
  const now = () => new Date(clock.ms);
  const limiter = createRedisLimiter({ redis, namespace, now, longestDelayMs: 0, ...options });
  /** Undefined: it may be asked; else the wait. */
  const take = (family: string, part?: string, installationId = account) =>
    limiter.take({ installationId, family, ...(part === undefined ? {} : { part }) }, signal).then(
      () => undefined,
      (error: ApiRateLimitedError) => error.retryAfterMs,
    );
  return { redis, namespace, clock, limiter, take };
}

test.each(Object.entries(documentedLimits))(
  "%s: no window ever holds more than the limit, for any callers at any times",
  async (family, limit) => {
    const { clock, take } = setup();
    const spanMs = 8 * limit.windowMs;
    const end = clock.ms + spanMs;
    const used: number[] = [];
    // Steps of all sizes: bursts, near the window's edges, long pauses; the same in every run.
    for (let step = 0; clock.ms < end && step < 3_000; step++) {
      const waitMs = await take(family);
      if (waitMs === undefined) used.push(clock.ms);
      else if (step % 3 === 0) clock.ms += waitMs;
      else clock.ms += Math.ceil((limit.windowMs * ((step * 7919) % 97)) / 970);
      if (step % 5 === 0) clock.ms += step % 11;
    }
    expect(mostWithin(limit.windowMs, used)).toBeLessThanOrEqual(limit.requests);
    expect(used.length).toBeGreaterThanOrEqual(limit.requests);
  },
);

test("an hour of the event log allows as many requests as its limit, and the first wait is exact to the millisecond", async () => {
  const { clock, take } = setup();
  const startMs = clock.ms;
  const used: number[] = [];
  for (; clock.ms < startMs + 3_600_000; clock.ms += 10_000)
    if ((await take("event-log")) === undefined) used.push(clock.ms - startMs);
  expect(used).toEqual([0, 10_000, 1_830_000, 1_840_000]);
  expect(await take("event-log")).toBe(1_830_000 + 1_830_000 - 3_600_000);
});

test("a third request in the middle of a window waits for the first one to leave it", async () => {
  const { clock, take } = setup();
  await take("event-log");
  clock.ms += 60_000;
  await take("event-log");
  clock.ms += 14 * 60_000;
  expect(await take("event-log")).toBe(30 * 60_000 + 30_000 - 15 * 60_000);
});

test("a refused request is not counted", async () => {
  const { clock, take } = setup();
  for (let time = 0; time < 50; time++) await take("event-log");
  clock.ms += 30 * 60_000 + 30_000;
  expect(await take("event-log")).toBeUndefined();
  expect(await take("event-log")).toBeUndefined();
  expect(await take("event-log")).toBeGreaterThan(0);
});

test("installations, families and parts are counted apart", async () => {
  const { take } = setup();
  expect(await take("aemp-fleet", "1")).toBeUndefined();
  expect(await take("aemp-fleet", "2")).toBeUndefined();
  expect(await take("aemp-fleet", "1")).toBe(15 * 60_000 + 30_000);
  expect(await take("aemp-fleet", "1", asInstallationId("@a.b.2"))).toBeUndefined();
  expect(await take("locations", "1")).toBeUndefined();
});

test("a family without a limit is never refused", async () => {
  const { redis, namespace, take } = setup();
  for (let time = 0; time < 200; time++) expect(await take("graphql")).toBeUndefined();
  expect(await findKeys(redis, `*${namespace}*`)).toEqual([]);
});

test("a configured limit replaces the documented one, and the others stay", async () => {
  const { take } = setup({ limits: { sites: { requests: 1, windowMs: 5_000, marginMs: 0 } } });
  expect(await take("sites")).toBeUndefined();
  expect(await take("sites")).toBe(5_000);
  await take("aemp-fleet");
  expect(await take("aemp-fleet")).toBeGreaterThan(0);
});

test("a family that the API closed stays closed until the latest time that the API named", async () => {
  const { clock, limiter, take } = setup();
  await limiter.close({ installationId: account, family: "graphql" }, 60_000);
  await limiter.close({ installationId: account, family: "graphql" }, 10_000);
  await limiter.close({ installationId: account, family: "graphql" }, 0);
  expect(await take("graphql")).toBe(60_000);
  expect(await take("sites")).toBeUndefined();
  clock.ms += 60_000;
  expect(await take("graphql")).toBeUndefined();
});

test("a clock that was set back counts as a full window", async () => {
  const { clock, take } = setup();
  await take("event-log");
  clock.ms -= 3_600_000;
  expect(await take("event-log")).toBe(30 * 60_000 + 30_000);
  clock.ms += 30 * 60_000 + 30_000;
  expect(await take("event-log")).toBeUndefined();
});

test("a clock that was set back a little keeps the uses in order", async () => {
  const limit = { requests: 2, windowMs: 1_000, marginMs: 0 };
  const { clock, redis, namespace, take } = setup({ limits: { pages: limit }, longestDelayMs: 100 });
  await take("pages");
  const firstMs = clock.ms;
  clock.ms -= 50;
  await take("pages");
  expect(await redis.lrange(`{${namespace}-${account}}:limit:pages`, 0, -1)).toEqual([
    String(firstMs),
    String(firstMs),
  ]);
});

test("every key that it stores expires", async () => {
  const { redis, namespace, limiter, take } = setup();
  await take("event-log");
  await take("aemp-fleet", "7");
  await limiter.close({ installationId: account, family: "graphql" }, 60_000);
  const keys = (await findKeys(redis, `*${namespace}*`)).sort();
  expect(keys).toEqual([
    `{${namespace}-${account}}:limit:aemp-fleet:part:7`,
    `{${namespace}-${account}}:limit:event-log`,
    `{${namespace}-${account}}:limit:graphql:closed`,
  ]);
  for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0);
});

test("places that are reserved ahead are within the limit too", async () => {
  // Long enough that Redis, whose keys end by its own clock, does not forget in between.
  const limit = { requests: 3, windowMs: 3_000, marginMs: 0 };
  const { clock, redis, namespace, take } = setup({ limits: { pages: limit }, longestDelayMs: 200 });
  const used: number[] = [];
  for (let step = 0; step < 120; step++) {
    if ((await take("pages")) === undefined)
      used.push(Number(await redis.lindex(`{${namespace}-${account}}:limit:pages`, -1)));
    clock.ms += ((step * 7919) % 13) * 75;
  }
  expect(used).toEqual([...used].sort((a, b) => a - b));
  expect(mostWithin(limit.windowMs, used)).toBe(limit.requests);
});

test("an abort ends a short wait", async () => {
  const { redis, namespace } = setup();
  const limiter = createRedisLimiter({ redis, namespace });
  const use = { installationId: account, family: "locations" };
  await limiter.take(use, signal);
  const stopping = new AbortController();
  const waiting = limiter.take(use, stopping.signal);
  stopping.abort();
  await expect(waiting).rejects.toThrow();
});

test("without Redis no request may be sent, and the error says so", async () => {
  const redis = connectProducer("redis://127.0.0.1:1");
  redis.on("error", () => undefined);
  onTestFinished(() => redis.disconnect());
  const limiter = createRedisLimiter({ redis, namespace: testNamespace() });
  await expect(limiter.take({ installationId: account, family: "locations" }, signal)).rejects.toMatchObject({
    code: "ERR_API_LIMITER_UNAVAILABLE",
    remedy: "retry",
  });
});

test("a fast reader of locations is slowed down, and never exceeds the simulated API's limit", async () => {
  const { redis, namespace } = setup();
  const limiter = createRedisLimiter({ redis, namespace });
  const world = await createWorld({
    account: { assets: 40 },
    simulator: { enforceLimits: true },
    trackunit: { limiter },
  });
  const list = { family: "locations", path: "/api/location/v1/locations" };
  const pages = await all(world.client.restPages(list, reading({ pageSize: 15 })));
  expect(pages.length).toBeGreaterThanOrEqual(3);
  expect(world.simulator.requests.limitsExceeded()).toEqual([]);
});

test("an hour of event log and AEMP at full speed never exceeds the simulated API's limits", async () => {
  const { clock, redis, namespace } = setup();
  const now = () => new Date(clock.ms);
  const limiter = createRedisLimiter({ redis, namespace, now, longestDelayMs: 0 });
  const world = await createWorld({
    account: { assets: 250 },
    simulator: { enforceLimits: true, now, tokenLifetimeS: 86_400 },
    trackunit: { limiter },
  });
  const events = {
    family: "event-log",
    method: "POST",
    path: "/public/api/eventlog/v3/asset-event/log",
    body: {},
  } as const;
  const refusals = new Set<string>();
  const attempt = async (pages: AsyncIterable<unknown>) => {
    try {
      for await (const _ of pages);
    } catch (error) {
      if (!(error instanceof ApiRateLimitedError)) throw error;
      refusals.add(error.family);
    }
  };
  for (const end = clock.ms + 3_600_000; clock.ms < end; clock.ms += 61_000) {
    await attempt(world.client.restPages(events, reading()));
    await attempt(world.client.aempPages({}, reading()));
  }
  expect(refusals).toEqual(new Set(["event-log", "aemp-fleet"]));
  expect(world.simulator.requests.limitsExceeded()).toEqual([]);
  expect(world.simulator.requests.byOperation()).toMatchObject({ "rest.event-log": 4 });
  expect(world.simulator.requests.count({ operation: "aemp.fleet" })).toBeGreaterThanOrEqual(9);
});

test("each wait and each postponed request is reported", async () => {
  const told: unknown[] = [];
  const { take } = setup({ longestDelayMs: 1_500, onTake: (facts) => told.push(facts) });
  await take("locations");
  await take("locations");
  await take("event-log");
  await take("event-log");
  await take("event-log");
  expect(told).toMatchObject([
    { family: "locations", waitMs: 0, putOff: false },
    { family: "locations", waitMs: 1_250, putOff: false },
    { family: "event-log", putOff: false },
    { family: "event-log", putOff: false },
    { family: "event-log", putOff: true },
  ]);
});
