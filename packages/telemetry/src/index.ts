// Logs without secrets, and metrics.

export type { Log, LogLevel } from "./log.ts";
export { createLog, logLevels } from "./log.ts";
export type { Metrics } from "./metrics.ts";
export { createMetrics } from "./metrics.ts";
export { redact, redactText } from "./redaction.ts";
