import { PerformanceObserver } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { getHeapStatistics } from "node:v8";
import { expect, test, vi } from "vitest";
import { createMetrics } from "../src/index.ts";

const valuesOf = async (registry: ReturnType<typeof createMetrics>["registry"], name: string) =>
  (await registry.getSingleMetric(name)?.get())?.values.map(({ value }) => value) ?? [];
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

test("all garbage collections are counted, not only the first of those that are reported together", async () => {
  const { registry } = createMetrics("test");
  let toldMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) toldMs += duration;
  });
  observer.observe({ entryTypes: ["gc"] });
  makeGarbage();
  await vi.waitFor(() => expect(toldMs).toBeGreaterThan(0), { timeout: 20_000 });
  await sleep(0);
  observer.disconnect();
  expect(sum(await valuesOf(registry, "nodejs_gc_seconds_total")) * 1_000).toBeGreaterThanOrEqual(
    toldMs * 0.999,
  );
});

test("a process says how busy its event loop was since the last look, and what its heap may grow to", async () => {
  const { registry } = createMetrics("test");
  await valuesOf(registry, "nodejs_eventloop_utilization");
  makeGarbage();
  const [busy = 0] = await valuesOf(registry, "nodejs_eventloop_utilization");
  expect(busy).toBeGreaterThan(0.5);
  expect(busy).toBeLessThanOrEqual(1);
  expect(await valuesOf(registry, "nodejs_heap_limit_bytes")).toEqual([getHeapStatistics().heap_size_limit]);
});

/** Enough for several collections, in one go. */
function makeGarbage(): void {
  const kept: object[] = [];
  for (let index = 0; index < 2_000_000; index++) kept[index % 100] = { index, list: [index] };
}
