// What a service says of itself: logs without secrets, metrics, counts over time, traces.

export { controlCharacters, controlEscape } from "./controls.ts";
export { hideVariable } from "./known-secrets.ts";
export type { Log, LogLevel } from "./log.ts";
export { createLog, logLevels } from "./log.ts";
export type { Metrics } from "./metrics.ts";
export { createMetrics } from "./metrics.ts";
export { redact, redactText, withoutSecrets } from "./redaction.ts";
export { startTraces, type TracesOptions } from "./start-traces.ts";
export type { Counts, TimeStats, TimeStatsOptions, TimeStatsSize } from "./time-stats.ts";
export { createTimeStats, readTimeStats } from "./time-stats.ts";
export { noTraces, type SpanFields, type Traces } from "./traces.ts";
