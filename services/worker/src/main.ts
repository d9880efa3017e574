// The worker as a process.

import { configure, runService } from "@fleetkeeper/runtime";
import { createLog, startTraces } from "@fleetkeeper/telemetry";
import { readConfig } from "./config.ts";
import { startWorker } from "./worker.ts";

const config = configure(readConfig);
const traces = await startTraces({ service: "worker", ...config.traces });
const log = createLog({ service: "worker", level: config.logLevel, traceId: traces.traceId });

await runService({ log }, async (defer) => {
  defer("traces", () => traces.close());
  await startWorker(config, log, defer, { traces });
});
