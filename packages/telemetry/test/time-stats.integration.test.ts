import { testNamespace } from "@fleetkeeper/local-stack";
import { connectConsumer, connectProducer, findKeys } from "@fleetkeeper/redis";
import { Counter, Registry } from "prom-client";
import { afterEach, expect, inject, test, vi } from "vitest";
import { createTimeStats, readTimeStats, type TimeStatsSize } from "../src/time-stats.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const noon = new Date("2030-01-01T12:00:20Z");
const at = (minutes: number) => new Date(noon.getTime() + minutes * 60_000);

/** One process's stats on a namespace; its clock stands until it is set. */
function setup(options: { namespace?: string; flushMs?: number } = {}) {
  const { namespace = testNamespace(), flushMs = 10 } = options;
  const redis = connectProducer(inject("redisUrl"));
  redis.on("error", () => undefined);
  closers.push(() => redis.disconnect());
  const clock = { now: noon };
  const metrics = countersOfServices();
  const stats = createTimeStats({ redis, namespace, metrics, flushMs, now: () => clock.now });
  closers.push(() => stats.close());
  return { namespace, redis, metrics, stats, clock, read: reader(namespace) };
}

/** The counters that worker and ingress hand over, by the labels that they have there. */
function countersOfServices() {
  const counter = (name: string, ...labelNames: string[]) =>
    new Counter({ name, help: name, labelNames, registers: [new Registry()] });
  return {
    callbacks: counter("callbacks", "result"),
    tokenRequests: counter("token_requests", "result"),
    runs: counter("runs", "sync", "result"),
    records: counter("records", "sync", "change"),
  };
}

/** Reads on a connection of its own. */
function reader(namespace: string) {
  const redis = connectConsumer(inject("redisUrl"));
  closers.push(() => redis.quit());
  return async (number: number, now: Date, size: TimeStatsSize = "minute") =>
    readTimeStats(redis, namespace, { size, number, now });
}

test("increases of the counters are counted by minute, summed over all processes", async () => {
  const one = setup();
  const other = setup({ namespace: one.namespace });
  one.metrics.callbacks.inc({ result: "accepted" }, 3);
  one.metrics.records.inc({ sync: "assets", change: "created" }, 5);
  one.metrics.records.inc({ sync: "sites", change: "created" }, 2);
  other.metrics.callbacks.inc({ result: "accepted" });
  const first = { "callbacks:accepted": 4, "records:created": 7 };
  await expect
    .poll(() => one.read(1, noon))
    .toEqual([{ start: new Date("2030-01-01T12:00:00Z"), counts: first }]);

  one.clock.now = at(2);
  one.metrics.callbacks.inc({ result: "accepted" });
  one.metrics.runs.inc({ sync: "assets", result: "ERR_API_FORBIDDEN" });
  one.metrics.tokenRequests.inc({ result: "granted" });
  const second = { "callbacks:accepted": 1, "runs:ERR_API_FORBIDDEN": 1, "tokens:granted": 1 };
  await expect
    .poll(async () => (await one.read(4, at(2))).map(({ counts }) => counts))
    .toEqual([{}, first, {}, second]);
  const both = { ...first, "callbacks:accepted": 5, "runs:ERR_API_FORBIDDEN": 1, "tokens:granted": 1 };
  for (const size of ["quarter", "hour"] as const)
    await expect
      .poll(() => one.read(1, at(2), size))
      .toEqual([{ start: new Date("2030-01-01T12:00:00Z"), counts: both }]);
});

test("at the end the last counts are written to Redis, and after two hours, a day or a week they are deleted", async () => {
  const { redis, metrics, stats, namespace, read } = setup({ flushMs: 3_600_000 });
  await expect.poll(() => redis.status).toBe("ready");
  metrics.callbacks.inc({ result: "accepted" });
  await stats.close();
  expect((await read(1, noon))[0]?.counts).toEqual({ "callbacks:accepted": 1 });
  const keys = await findKeys(redis, `*${namespace}*`);
  const secondsLeft = await Promise.all(keys.map((key) => redis.ttl(key)));
  const [ofMinute, ofQuarter, ofHour, ...others] = secondsLeft.sort((a, b) => a - b);
  expect([ofMinute, ofQuarter, ofHour].map((left = 0) => Math.ceil(left / 900) * 900)).toEqual([
    7_200,
    97 * 900,
    169 * 3_600,
  ]);
  expect(others).toEqual([]);
});

test("while Redis is unavailable nothing fails, and the counts are written later, to the minute of the event", async () => {
  const { redis, metrics, clock, read } = setup();
  await expect.poll(() => redis.status).toBe("ready");
  redis.disconnect();
  metrics.callbacks.inc({ result: "accepted" });
  const looks = vi.spyOn(metrics.callbacks, "get");
  await expect.poll(() => looks.mock.calls.length).toBeGreaterThan(2);
  clock.now = at(1);
  metrics.callbacks.inc({ result: "accepted" }, 2);
  await redis.connect();
  await expect
    .poll(async () => (await read(2, at(1))).map(({ counts }) => counts["callbacks:accepted"]))
    .toEqual([1, 2]);
});

test("the hash stays bounded even if a label always takes new values", async () => {
  const { metrics, stats, read, redis } = setup({ flushMs: 3_600_000 });
  await expect.poll(() => redis.status).toBe("ready");
  for (let index = 0; index < 1_000; index++) metrics.callbacks.inc({ result: `value ${index}` });
  await stats.close();
  const counts = (await read(1, noon))[0]?.counts ?? {};
  expect(Object.keys(counts).length).toBeLessThanOrEqual(204);
  expect(counts["callbacks:other"]).toBe(800);
});
