// A log that a test reads.

import { Writable } from "node:stream";
import { createLog, type Log, type LogLevel } from "@fleetkeeper/telemetry";

/** `text`: all that was written; `lines`: the same, each line as JSON. */
export function capturedLog(
  level: LogLevel,
  service = "test",
): { log: Log; text: () => string; lines: () => Record<string, unknown>[] } {
  let logged = "";
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged += chunk;
      done();
    },
  });
  return {
    log: createLog({ service, level, destination }),
    text: () => logged,
    lines: () => logged.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)])),
  };
}
