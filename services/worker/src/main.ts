// The worker as a process.

import { configure, runService } from "@fleetkeeper/process";
import { createLog } from "@fleetkeeper/telemetry";
import { readConfig } from "./config.ts";
import { startWorker } from "./worker.ts";

const config = configure(readConfig);
const log = createLog({ service: "worker", level: config.LOG_LEVEL });

await runService({ log }, (defer) => startWorker(config, log, defer));
