// What the metrics of every service have in common: a registry of its own, and the process basics.

import { collectDefaultMetrics, Registry } from "prom-client";
import { collectProcessMetrics } from "./process-metrics.ts";

/** What `/metrics` shows. */
export interface Metrics {
  registry: Registry;
}

/** Metrics for Prometheus, all with the label `service`. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  collectProcessMetrics(registry);
  return { registry };
}
