// Logs without secrets, and metrics.

export type { Log, LogLevel } from "./log.ts";
export { createLog, logLevels } from "./log.ts";
export type { Metrics } from "./metrics.ts";
export { createMetrics } from "./metrics.ts";
export type { Counts, MinuteStats, MinuteStatsOptions } from "./minute-stats.ts";
export { createMinuteStats, readMinuteStats } from "./minute-stats.ts";
export { redact, redactText } from "./redaction.ts";
