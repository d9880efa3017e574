// What Node.js says of its own process beside prom-client's basics: collector, event loop, heap, and what
// bounds them.

import { type PerformanceEntry, PerformanceObserver, constants as perf, performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { Counter, Gauge, type Registry } from "prom-client";

const kinds = new Map([
  [perf.NODE_PERFORMANCE_GC_MINOR, "minor"],
  [perf.NODE_PERFORMANCE_GC_MAJOR, "major"],
  [perf.NODE_PERFORMANCE_GC_INCREMENTAL, "incremental"],
  [perf.NODE_PERFORMANCE_GC_WEAKCB, "weakcb"],
]);

/**
 * Adds them, and takes out prom-client's histogram of the collector, which sees the first of several
 * collections only.
 */
export function collectProcessMetrics(registry: Registry): void {
  const registers = [registry];
  registry.removeSingleMetric("nodejs_gc_duration_seconds");
  collectGarbageMetrics(registers);

  let before = performance.eventLoopUtilization();
  new Gauge({
    name: "nodejs_eventloop_utilization",
    help: "Share of the time since the last scrape in which the event loop worked, 0 to 1.",
    registers,
    collect() {
      const now = performance.eventLoopUtilization();
      this.set(performance.eventLoopUtilization(now, before).utilization);
      before = now;
    },
  });
  new Gauge({
    name: "nodejs_heap_limit_bytes",
    help: "The size to which the heap may grow before the process ends.",
    registers,
    collect() {
      this.set(getHeapStatistics().heap_size_limit);
    },
  });
  const memory = memoryLimit();
  if (memory !== undefined)
    new Gauge({
      name: "nodejs_memory_limit_bytes",
      help: "The container's memory limit; absent if there is none.",
      registers,
    }).set(memory);
}

function collectGarbageMetrics(registers: Registry[]): void {
  const seconds = new Counter({
    name: "nodejs_gc_seconds_total",
    help: "Time of all garbage collections by kind: minor, major, incremental or weakcb.",
    labelNames: ["kind"],
    registers,
  });
  for (const kind of kinds.values()) seconds.inc({ kind }, 0);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seconds.inc({ kind: kindOf(entry) }, entry.duration / 1_000);
  }).observe({ entryTypes: ["gc"] });
}

function kindOf({ detail }: PerformanceEntry & { detail?: unknown }): string {
  return kinds.get((detail as { kind: number }).kind) ?? "other";
}

/** Without a limit the kernel names a number that no machine has. */
function memoryLimit(): number | undefined {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < 2 ** 43 ? limit : undefined;
}
