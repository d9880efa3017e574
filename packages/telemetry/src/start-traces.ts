// Turns traces on where there is an OTLP endpoint; without one nothing of OpenTelemetry's SDK is loaded.

import { noTraces, type Proxies, type Traces } from "./traces.ts";

/** Of one service's traces. */
export interface TracesOptions {
  service: string;
  /** Base URL of OTLP over HTTP, `/v1/traces` is appended; undefined: no traces. */
  endpoint: string | undefined;
  /** The share of traces that is recorded, from 0 to 1. Default 1. */
  ratio?: number;
  proxies?: Proxies;
}

/**
 * To be called once in a process, before queues are made: OpenTelemetry keeps the way of recording for the
 * whole process.
 */
export async function startTraces(options: TracesOptions): Promise<Traces> {
  const { service, endpoint, ratio = 1, proxies = {} } = options;
  if (endpoint === undefined) return noTraces;
  const { startOpenTelemetry } = await import("./open-telemetry.ts");
  return startOpenTelemetry({ service, endpoint, ratio, proxies });
}
