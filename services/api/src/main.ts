// The API as a process.

import { configure, runService } from "@fleetkeeper/runtime";
import { createLog } from "@fleetkeeper/telemetry";
import { startApi } from "./api.ts";
import { readConfig } from "./config.ts";

const config = configure(readConfig);
const log = createLog({ service: "api", level: config.logLevel });

await runService({ log }, async (defer) => {
  await startApi(config, log, defer);
});
