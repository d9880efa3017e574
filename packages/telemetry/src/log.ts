// The log of a service: one JSON line per event on stdout, secrets redacted before they are written; coloured
// text on a terminal.

import { createRequire } from "node:module";
import { accountIdOf } from "@fleetkeeper/model";
import { type DestinationStream, type Logger, pino } from "pino";
import type { PrettyOptions } from "pino-pretty";
import { withoutControls } from "./controls.ts";
import { redact, redactText } from "./redaction.ts";
import { createRepeats } from "./repeats.ts";

/** Of pino. The fields that it redacts are in `redaction.ts`. */
export type Log = Logger;

/** From all to nothing. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** As LOG_LEVEL says it. */
export type LogLevel = (typeof logLevels)[number];

/** Of one service's log. */
export interface LogOptions {
  service: string;
  level: LogLevel;
  /** Of the running span: it is in each line as `traceId`. */
  traceId?: () => string | undefined;
  /** Default: stdout. */
  destination?: DestinationStream;
}

/** Builds the log of one service. `level` can be changed later by assigning `log.level`. */
export function createLog({ service, level, traceId, destination = stdout() }: LogOptions): Log {
  return pino(
    {
      level,
      base: { service },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      errorKey: "error",
      serializers: { error: (error: unknown) => error },
      mixin: () => {
        const id = traceId?.();
        return id === undefined ? {} : { traceId: id };
      },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(withAccount(fields)) as Record<string, unknown>,
      },
      // The last look at every line: it also covers messages and the fields of child logs.
      hooks: { streamWrite: (line) => withoutControls(redactText(line)), logMethod: createRepeats() },
    },
    destination,
  );
}

/** A person who looks for an account knows its id as Trackunit spells it. */
function withAccount(fields: Record<string, unknown>): Record<string, unknown> {
  const { installationId, accountId } = fields;
  if (typeof installationId !== "string" || accountId !== undefined) return fields;
  return { ...fields, accountId: accountIdOf(installationId) };
}

function stdout(): DestinationStream {
  return process.stdout.isTTY ? prettyStdout() : pino.destination({ sync: true });
}

/** pino-pretty is loaded only here. */
function prettyStdout(): DestinationStream {
  const pretty: (options: PrettyOptions) => DestinationStream = createRequire(import.meta.url)("pino-pretty");
  return pretty({ ignore: "service", translateTime: "HH:MM:ss.l", sync: true });
}
