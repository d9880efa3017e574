// Times each step of a callback, and makes it a span.

import type { Traces } from "@fleetkeeper/telemetry";
import type { AroundStep } from "./accept-callback.ts";
import type { IngressMetrics } from "./metrics.ts";

export function createTimeSteps(metrics: IngressMetrics, traces: Traces): AroundStep {
  return async (step, run) => {
    const stop = metrics.callbackStepSeconds.startTimer({ step });
    try {
      return await traces.span(`callback.${step}`, {}, run);
    } finally {
      stop();
    }
  };
}
