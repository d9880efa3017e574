// The metrics of a service, for Prometheus. Labels are bounded: never an account, an installation or a job.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export type Metrics = ReturnType<typeof createMetrics>;

/** A registry of its own per service, with the process basics and every metric of ours, all named `fleetkeeper_…`. */
export function createMetrics(service: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    callbacks: new Counter({
      name: "fleetkeeper_callbacks_total",
      help: "Callbacks by result: accepted, unrecognised, or the code of the refusal.",
      labelNames: ["result"],
      registers,
    }),
    keySetAgeSeconds: new Gauge({
      name: "fleetkeeper_key_set_age_seconds",
      help: "Age of Trackunit's key set as last fetched; -1 before the first fetch.",
      registers,
    }),
    tokenRequests: new Counter({
      name: "fleetkeeper_token_requests_total",
      help: "Requests to the token endpoint by result: granted, or the code of the error.",
      labelNames: ["result"],
      registers,
    }),
    jobs: new Histogram({
      name: "fleetkeeper_job_duration_seconds",
      help: "Time a job took, by queue and outcome.",
      labelNames: ["queue", "outcome"],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers,
    }),
    records: new Counter({
      name: "fleetkeeper_records_total",
      help: "Records by sync and kind of change.",
      labelNames: ["sync", "change"],
      registers,
    }),
    runs: new Counter({
      name: "fleetkeeper_sync_runs_total",
      help: "Ended sync runs by sync and result: succeeded, or the code of the error.",
      labelNames: ["sync", "result"],
      registers,
    }),
    scheduleLagSeconds: new Gauge({
      name: "fleetkeeper_schedule_lag_seconds",
      help: "How long the sync that is most overdue has been due, as the last dispatch saw it.",
      registers,
    }),
  };
}
