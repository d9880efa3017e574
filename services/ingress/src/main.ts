// The ingress as a process.

import { configure, runService } from "@fleetkeeper/process";
import { createLog } from "@fleetkeeper/telemetry";
import { readConfig } from "./config.ts";
import { startIngress } from "./ingress.ts";

const config = configure(readConfig);
const log = createLog({ service: "ingress", level: config.logLevel });

await runService({ log }, async (defer) => {
  await startIngress(config, log, defer);
});
