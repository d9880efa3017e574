// The log of a service: one JSON line an event on stdout, secrets redacted before they are written.

import { type DestinationStream, type Logger, pino } from "pino";
import { redact, redactText } from "./redaction.ts";

export type Log = Logger;
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Builds the log of one service. `level` can be changed later by assigning `log.level`. */
export function createLog(options: {
  service: string;
  level: LogLevel;
  destination?: DestinationStream;
}): Log {
  const { service, level, destination } = options;
  return pino(
    {
      level,
      base: { service },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      errorKey: "error",
      serializers: { error: (error: unknown) => error },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields) as Record<string, unknown>,
      },
      // The last look at every line: it also covers messages and the fields of child logs.
      hooks: { streamWrite: redactText },
    },
    destination ?? pino.destination({ sync: true }),
  );
}
