// The life of the worker: environment → config → build → run → close in reverse.

import { closeRedis, connectProducer } from "@fleetkeeper/redis";
import { configure, runService } from "@fleetkeeper/runtime";
import { createLog, startTraces } from "@fleetkeeper/telemetry";
import { readConfig } from "./config.ts";
import { keepSteadyClock } from "./steady-clock.ts";
import { startWorker } from "./worker.ts";

export async function run(): Promise<void> {
  const config = configure(readConfig);
  const traces = await startTraces({ service: "worker", ...config.traces });
  const log = createLog({ service: "worker", level: config.logLevel, traceId: traces.traceId });

  await runService({ log }, async (defer) => {
    defer("traces", () => traces.close());
    const redis = connectProducer(config.redisUrl, { commandTimeoutMs: 10_000 });
    redis.on("error", () => undefined);
    defer("redis for the clock", () => closeRedis(redis));
    const clock = await keepSteadyClock({ redis, log });
    defer("clock", async () => clock.stop());
    // BullMQ asks for no other clock when it writes when a job is due.
    Date.now = clock.nowMs;
    await startWorker(config, log, defer, { traces, now: () => new Date(clock.nowMs()) });
  });
}
