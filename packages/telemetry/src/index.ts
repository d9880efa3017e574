// What a service says of itself: logs without secrets, metrics, counts by the minute, traces.

export { controlCharacters, controlEscape } from "./controls.ts";
export { hideVariable } from "./known-secrets.ts";
export type { Log, LogLevel } from "./log.ts";
export { createLog, logLevels } from "./log.ts";
export type { Metrics } from "./metrics.ts";
export { createMetrics } from "./metrics.ts";
export type { Counts, MinuteStats, MinuteStatsOptions } from "./minute-stats.ts";
export { createMinuteStats, readMinuteStats } from "./minute-stats.ts";
export { redact, redactText, withoutSecrets } from "./redaction.ts";
export { startTraces, type TracesOptions } from "./start-traces.ts";
export { noTraces, type SpanFields, type Traces } from "./traces.ts";
