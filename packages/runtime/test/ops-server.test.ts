import { createRequire } from "node:module";
import { createMetrics } from "@fleetkeeper/telemetry";
import { expect, onTestFinished, test, vi } from "vitest";
import { createOpsServer } from "../src/index.ts";

const metrics = createMetrics("test");
const coded = (code: string) => Object.assign(new Error("its message is not shown"), { code });

test("the connections of the ops port are bounded, so that the service keeps some for its own work", () => {
  expect(createOpsServer({ metrics, checks: {} }).server.maxConnections).toBe(400);
});

test("a deep check says which part fails, by code", async () => {
  const server = createOpsServer({
    metrics,
    checks: {},
    deepChecks: {
      good: async () => "taken",
      bad: () => Promise.reject(coded("ERR_CONSUMER_IDLE")),
      odd: async () => {
        throw new TypeError("unforeseen");
      },
    },
  });
  const answer = await server.inject("/healthz/deep");
  expect(answer.statusCode).toBe(503);
  expect(answer.json()).toEqual({
    status: "failing",
    checks: {
      good: { status: "ok", durationMs: expect.any(Number), note: "taken" },
      bad: { status: "failing", durationMs: expect.any(Number), code: "ERR_CONSUMER_IDLE" },
      odd: { status: "failing", durationMs: expect.any(Number), code: "ERR_UNEXPECTED" },
    },
  });
});

test("a process reports that it must be restarted only for faults that a restart fixes", async () => {
  const livenessWith = async (error: Error) => {
    const deepChecks = { good: async () => undefined, bad: () => Promise.reject(error) };
    return (await createOpsServer({ metrics, checks: {}, deepChecks }).inject("/livez/deep")).statusCode;
  };
  expect(await livenessWith(coded("ERR_STORE_UNAVAILABLE"))).toBe(200);
  const stuck = Object.assign(coded("ERR_CONSUMER_IDLE"), { restartHelps: true });
  expect(await livenessWith(stuck)).toBe(503);
});

test("a deep check that never ends fails after its bound", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const server = createOpsServer({ metrics, checks: {}, deepChecks: { stuck: () => new Promise(() => {}) } });
  await server.ready();
  const answer = server.inject("/healthz/deep");
  await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0), { timeout: 20_000 });
  await vi.advanceTimersByTimeAsync(10_000);
  expect((await answer).json().checks.stuck).toMatchObject({ code: "ERR_CHECK_TIMEOUT" });
});

test("anyone who asks while a deep check runs shares its result", async () => {
  let runs = 0;
  const held = Promise.withResolvers<void>();
  const server = createOpsServer({
    metrics,
    checks: {},
    deepChecks: {
      async slow() {
        runs++;
        await held.promise;
      },
    },
  });
  const answers = [1, 2, 3].map(() => server.inject("/healthz/deep"));
  await vi.waitFor(() => expect(runs).toBe(1), { timeout: 20_000 });
  held.resolve();
  expect((await Promise.all(answers)).map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
  expect(runs).toBe(1);
  await server.inject("/healthz/deep");
  expect(runs).toBe(2);
});

test("a scrape measures first, and answers although measuring fails or hangs", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  for (const measure of [() => Promise.reject(new Error("away")), () => new Promise(() => {})]) {
    const server = createOpsServer({ metrics, checks: {}, measure });
    await server.ready();
    const answer = server.inject("/metrics");
    await vi.advanceTimersByTimeAsync(3_000);
    expect((await answer).body).toContain("process_cpu_seconds_total");
  }
});

test("an ops server loads no compiler of JSON Schema, and refuses a route that would need one", async () => {
  const server = createOpsServer({ metrics, checks: {} });
  server.post("/with-schema", { schema: { body: { type: "object" } } }, async () => ({}));
  await expect(async () => server.ready()).rejects.toThrow("no compiler of JSON Schema");
  const loaded = Object.keys(createRequire(import.meta.url).cache);
  expect(loaded.some((path) => path.includes("/fastify/"))).toBe(true);
  expect(loaded.filter((path) => /ajv/.test(path))).toEqual([]);
});
