// The metrics of the ingress. Labels are bounded: never an account, an installation or a job.

import { createMetrics } from "@fleetkeeper/telemetry";
import { Counter, Gauge, Histogram } from "prom-client";

/** Counters, and histograms in seconds. */
export type IngressMetrics = ReturnType<typeof createIngressMetrics>;

/** The steps of a callback, in their order. */
export const callbackSteps = ["verify", "bind", "seal", "enqueue", "confirm"] as const;

/** One of them. */
export type CallbackStep = (typeof callbackSteps)[number];

const secondsOfCallback = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** In a registry of their own. Once per process. */
export function createIngressMetrics() {
  const { registry } = createMetrics("ingress");
  const registers = [registry];
  return {
    registry,
    callbacks: new Counter({
      name: "fleetkeeper_callbacks_total",
      help: "Callbacks by result: accepted, unrecognised, or the code of the refusal.",
      labelNames: ["result"],
      registers,
    }),
    callbackSeconds: new Histogram({
      name: "fleetkeeper_callback_duration_seconds",
      help: "Time from a callback's headers to its answer, by outcome: accepted or refused.",
      labelNames: ["outcome"],
      buckets: secondsOfCallback,
      registers,
    }),
    callbackStepSeconds: new Histogram({
      name: "fleetkeeper_callback_step_duration_seconds",
      help: "Time of one step of a callback: verify, bind, seal, enqueue, confirm (the wait for Redis's disk).",
      labelNames: ["step"],
      buckets: secondsOfCallback,
      registers,
    }),
    webhooks: new Counter({
      name: "fleetkeeper_webhooks_total",
      help: "Deliveries of Trackunit's webhooks by result: accepted, or the code of the refusal.",
      labelNames: ["result"],
      registers,
    }),
    webhookSeconds: new Histogram({
      name: "fleetkeeper_webhook_duration_seconds",
      help: "Time from a delivery's headers to its answer, by outcome: accepted or refused.",
      labelNames: ["outcome"],
      buckets: secondsOfCallback,
      registers,
    }),
    droppedConnections: new Counter({
      name: "fleetkeeper_dropped_connections_total",
      help: "Connections that the ingress ended: address (it had too many), total (there were too many), idle (no request came).",
      labelNames: ["reason"],
      registers,
    }),
    keySetAgeSeconds: new Gauge({
      name: "fleetkeeper_key_set_age_seconds",
      help: "Age of Trackunit's key set as last fetched; -1 before the first fetch.",
      registers,
    }),
  };
}
