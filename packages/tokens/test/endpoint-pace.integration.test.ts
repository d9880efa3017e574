import { testNamespace } from "@fleetkeeper/local-stack";
import { connectConsumer } from "@fleetkeeper/redis";
import { expect, inject, onTestFinished, test, vi } from "vitest";
import { createEndpointPace, type PaceOptions } from "../src/index.ts";

/** Two processes that ask the same endpoint. */
function setup(options: PaceOptions) {
  const redis = connectConsumer(inject("redisUrl"));
  onTestFinished(async () => void (await redis.quit()));
  const namespace = testNamespace();
  return [0, 1].map(() => createEndpointPace(redis, namespace, options)) as [
    ReturnType<typeof createEndpointPace>,
    ReturnType<typeof createEndpointPace>,
  ];
}

test("a second's requests go at once, more wait their turn, and those who would wait long come back", async () => {
  const [one, other] = setup({ perSecond: 10 });
  const waits: number[] = [];
  const refused: number[] = [];
  for (let count = 0; count < 60; count++)
    await (count % 2 ? one : other).admit().then(
      (waitMs) => waits.push(waitMs),
      (error) => {
        expect(error).toMatchObject({ code: "ERR_TOKEN_ENDPOINT_PACED", remedy: "later" });
        refused.push(error.retryAfterMs);
      },
    );
  expect(waits.filter((waitMs) => waitMs === 0).length).toBeGreaterThanOrEqual(10);
  expect(Math.max(...waits)).toBeLessThanOrEqual(2_000);
  expect(refused.length).toBeGreaterThan(10);
  expect(new Set(refused).size).toBeGreaterThan(5);
});

test("a new install is proved at once even if many tokens wait, and takes a place of theirs", async () => {
  const [one, other] = setup({ perSecond: 0.5 });
  const refused = () =>
    one.admit().then(
      () => false,
      () => true,
    );
  await vi.waitFor(async () => expect(await refused()).toBe(true), { timeout: 20_000, interval: 0 });
  expect(await other.admit("proof")).toBe(0);
  expect(await one.admit("proof")).toBeGreaterThan(0);
  // Both places are taken from the tokens'.
  expect([await refused(), await refused()]).toEqual([true, true]);
});

test("after outages in a row one request is sent as a probe; an answer ends that for every process", async () => {
  const [one, other] = setup({ outages: 3, probeEveryMs: 60_000, perSecond: 1_000 });
  for (let count = 0; count < 3; count++) await one.note("outage");
  await other.admit();
  await expect(other.admit()).rejects.toMatchObject({ code: "ERR_TOKEN_ENDPOINT_PACED" });
  await expect(one.admit()).rejects.toMatchObject({ code: "ERR_TOKEN_ENDPOINT_PACED" });
});

test("outages that answers come between open nothing", async () => {
  const [one, other] = setup({ outages: 3, probeEveryMs: 60_000, perSecond: 1_000 });
  for (let count = 0; count < 4; count++) {
    await one.note("outage");
    await one.note("outage");
    await other.note("answer");
  }
  for (let count = 0; count < 5; count++) expect(await one.admit()).toBe(0);
});
