// The worker as a process.

import { configure, runService } from "@fleetkeeper/runtime";
import { createLog, startTraces } from "@fleetkeeper/telemetry";
import { readConfig } from "./config.ts";
import { startWorker } from "./worker.ts";

const config = configure(readConfig);
const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = config;
const traces = await startTraces({ service: "worker", endpoint, ratio });
const log = createLog({ service: "worker", level: config.LOG_LEVEL, traceId: traces.traceId });

await runService({ log }, async (defer) => {
  defer("traces", () => traces.close());
  await startWorker(config, log, defer, { traces });
});
