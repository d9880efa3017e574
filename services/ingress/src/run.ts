// The life of the ingress: environment → config → build → run → close in reverse.

import { configure, runService } from "@fleetkeeper/runtime";
import { createLog, startTraces } from "@fleetkeeper/telemetry";
import { readConfig } from "./config.ts";
import { startIngress } from "./ingress.ts";

export async function run(): Promise<void> {
  const config = configure(readConfig);
  const traces = await startTraces({ service: "ingress", ...config.traces });
  const log = createLog({ service: "ingress", level: config.logLevel, traceId: traces.traceId });

  await runService({ log }, async (defer) => {
    defer("traces", () => traces.close());
    await startIngress(config, log, defer, { traces });
  });
}
