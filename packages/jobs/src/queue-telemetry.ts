// How a trace continues from the one who adds a job to the one who takes it: the spans of bullmq-otel, loaded
// only on demand.

import type { JobsOptions, QueueOptions } from "bullmq";

/** To be given to `createQueueSet` and `consume`. */
export type QueueTelemetry = NonNullable<QueueOptions["telemetry"]>;

/** For `createQueueSet` and `consume`. Loads the library at the first call. */
export async function loadQueueTelemetry(): Promise<QueueTelemetry> {
  const { BullMQOtel } = await import("bullmq-otel");
  return new BullMQOtel({ tracerName: "fleetkeeper" });
}

/** As bullmq-otel writes where a trace stands. */
export function goingOn(traceparent: string | undefined): JobsOptions {
  return traceparent === undefined ? {} : { telemetry: { metadata: JSON.stringify({ traceparent }) } };
}
