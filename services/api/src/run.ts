// The life of the API: environment → config → build → run → close in reverse.

import { configure, runService } from "@fleetkeeper/runtime";
import { createLog } from "@fleetkeeper/telemetry";
import { startApi } from "./api.ts";
import { readConfig } from "./config.ts";

export async function run(): Promise<void> {
  const config = configure(readConfig);
  const log = createLog({ service: "api", level: config.logLevel });

  await runService({ log }, async (defer) => {
    await startApi(config, log, defer);
  });
}
