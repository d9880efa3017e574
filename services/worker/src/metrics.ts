// The metrics of a worker, about what it does itself. Labels are bounded: never an account, an installation
// or a job.

import { eventTypes } from "@fleetkeeper/model";
import { createMetrics } from "@fleetkeeper/telemetry";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** Counters, gauges, and histograms in seconds. */
export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;

const secondsOfInstall = [0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200];
const secondsOfRequest = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/**
 * In a registry of their own. Once per process. Where an alert looks at a counter, the labels that it looks
 * for begin at 0: a counter that begins at 1 has not grown, as Prometheus sees it.
 */
export function createWorkerMetrics() {
  const { registry } = createMetrics("worker");
  const registers = [registry];
  return {
    registry,
    ...webhookMetrics(registers),
    ...eventMetrics(registers),
    ...installMetrics(registers),
    ...tokenMetrics(registers),
    ...jobMetrics(registers),
    ...syncMetrics(registers),
    ...apiMetrics(registers),
  };
}

/** Of Trackunit's webhooks. */
function webhookMetrics(registers: Registry[]) {
  return {
    webhookDeliveries: new Counter({
      name: "fleetkeeper_webhook_deliveries_total",
      help: "Deliveries of Trackunit's webhooks by type (other, none or replay where it is none of the known ones) and outcome.",
      labelNames: ["type", "outcome"],
      registers,
    }),
    webhookToRunSeconds: new Histogram({
      name: "fleetkeeper_webhook_to_run_seconds",
      help: "Time from the first delivery that requested a run of a sync to the end of that run.",
      labelNames: ["sync"],
      buckets: [0.5, 1, 2, 3, 5, 10, 30, 60, 300, 1_800],
      registers,
    }),
  };
}

/** Of events, and of what receivers are sent. */
function eventMetrics(registers: Registry[]) {
  const metrics = {
    events: new Counter({
      name: "fleetkeeper_events_total",
      help: "Events for at least one receiver, by type.",
      labelNames: ["type"],
      registers,
    }),
    eventDeliveries: new Counter({
      name: "fleetkeeper_event_deliveries_total",
      help: "Attempts at deliveries to receivers by outcome: delivered, failed, or given-up for the last one.",
      labelNames: ["outcome"],
      registers,
    }),
    eventSeconds: new Histogram({
      name: "fleetkeeper_event_delivery_duration_seconds",
      help: "Time of an attempt at a delivery to a receiver.",
      buckets: secondsOfRequest,
      registers,
    }),
  };
  for (const type of eventTypes) metrics.events.inc({ type }, 0);
  for (const outcome of ["delivered", "failed", "given-up"]) metrics.eventDeliveries.inc({ outcome }, 0);
  return metrics;
}

/** From an install to its first token and records. */
function installMetrics(registers: Registry[]) {
  const metrics = {
    installToTokenSeconds: new Histogram({
      name: "fleetkeeper_install_to_token_seconds",
      help: "Time from an install callback to the first access token for its credential.",
      buckets: secondsOfInstall,
      registers,
    }),
    installToRecordSeconds: new Histogram({
      name: "fleetkeeper_install_to_first_record_seconds",
      help: "Time from an account's first install callback to the first record of each of its syncs.",
      labelNames: ["sync"],
      buckets: secondsOfInstall,
      registers,
    }),
    candidates: new Counter({
      name: "fleetkeeper_candidates_total",
      help: "Credentials of new installs by result: promoted, same, or the code for which one was refused.",
      labelNames: ["result"],
      registers,
    }),
  };
  for (const result of ["promoted", "same", "ERR_TOKEN_INVALID_CLIENT", "ERR_CREDENTIAL_OF_OTHER_ACCOUNT"])
    metrics.candidates.inc({ result }, 0);
  return metrics;
}

/** Of access tokens. */
function tokenMetrics(registers: Registry[]) {
  const metrics = {
    tokenRequests: new Counter({
      name: "fleetkeeper_token_requests_total",
      help: "Requests to the token endpoint by result: granted, or the code of the error.",
      labelNames: ["result"],
      registers,
    }),
    tokenRequestSeconds: new Histogram({
      name: "fleetkeeper_token_request_duration_seconds",
      help: "Time of a request to the token endpoint.",
      buckets: secondsOfRequest,
      registers,
    }),
    tokenLookups: new Counter({
      name: "fleetkeeper_token_lookups_total",
      help: "Where a usable token was found when one was needed: memory, redis, or none.",
      labelNames: ["found"],
      registers,
    }),
  };
  for (const found of ["memory", "redis", "none"]) metrics.tokenLookups.inc({ found }, 0);
  for (const result of ["granted", "ERR_TOKEN_INVALID_CLIENT"]) metrics.tokenRequests.inc({ result }, 0);
  return metrics;
}

/** Of queues and their jobs. */
function jobMetrics(registers: Registry[]) {
  return {
    jobs: new Histogram({
      name: "fleetkeeper_job_duration_seconds",
      help: "Time of one start of a job, by queue and outcome: done, retry, later or never. A job of sync ends when its syncs have started and the worker has room for the next.",
      labelNames: ["queue", "outcome"],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 5, 10, 20, 60],
      registers,
    }),
    jobsStalled: new Counter({
      name: "fleetkeeper_jobs_stalled_total",
      help: "Jobs whose worker stopped renewing its lock, by queue: it was killed, or its event loop was blocked.",
      labelNames: ["queue"],
      registers,
    }),
    lastTickSeconds: new Gauge({
      name: "fleetkeeper_dispatch_tick_timestamp_seconds",
      help: "When this worker last ran a dispatch tick, as Unix time; 0 before the first. One worker at a time runs them: take the max.",
      registers,
    }),
    dispatched: new Counter({
      name: "fleetkeeper_dispatched_total",
      help: "Work that dispatch ticks handed to the workers, by queue: token renewals (prewarm) and syncs, of which a job holds several.",
      labelNames: ["queue"],
      registers,
    }),
  };
}

/** Of syncs and their runs. */
function syncMetrics(registers: Registry[]) {
  return {
    sliceSeconds: new Histogram({
      name: "fleetkeeper_sync_slice_duration_seconds",
      help: "Time of one slice of a sync's run, from its start to its end in MongoDB.",
      labelNames: ["sync"],
      buckets: [0.02, 0.1, 0.5, 2, 5, 10, 20, 60, 120],
      registers,
    }),
    syncsRunning: new Gauge({
      name: "fleetkeeper_syncs_running",
      help: "Syncs that this worker runs at this moment, of SYNC_CONCURRENCY.",
      registers,
    }),
    runs: new Counter({
      name: "fleetkeeper_sync_runs_total",
      help: "Ended sync runs by sync and result: succeeded, or the code of the error.",
      labelNames: ["sync", "result"],
      registers,
    }),
    records: new Counter({
      name: "fleetkeeper_records_total",
      help: "Records by sync and kind of change: created, updated, deleted, unchanged, rejected.",
      labelNames: ["sync", "change"],
      registers,
    }),
  };
}

/** Of requests to Trackunit's API. */
function apiMetrics(registers: Registry[]) {
  return {
    apiRequests: new Counter({
      name: "fleetkeeper_api_requests_total",
      help: "Requests to the API by family and HTTP status; none where no answer came.",
      labelNames: ["family", "status"],
      registers,
    }),
    apiRequestSeconds: new Histogram({
      name: "fleetkeeper_api_request_duration_seconds",
      help: "Time of a request to the API, to the last byte.",
      labelNames: ["family"],
      buckets: secondsOfRequest,
      registers,
    }),
    limiterWaitSeconds: new Histogram({
      name: "fleetkeeper_api_limiter_wait_seconds",
      help: "How long a request waited for its turn within the API's limits.",
      labelNames: ["family"],
      buckets: [0.01, 0.1, 0.25, 0.5, 1, 2],
      registers,
    }),
    limiterPutOff: new Counter({
      name: "fleetkeeper_api_limiter_put_off_total",
      help: "Requests postponed because the limit leaves no room soon.",
      labelNames: ["family"],
      registers,
    }),
    circuitOpen: new Gauge({
      name: "fleetkeeper_api_circuit_open",
      help: "1 while this worker sends the API no requests because it failed for every account, else 0.",
      registers,
    }),
  };
}
