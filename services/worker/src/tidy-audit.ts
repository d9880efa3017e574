// Keeps the audit log within its bounds. The services that people use may add to it and change nothing.

import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";

const everyMs = 3_600_000;

/** Every hour; several workers do it in turn, which does no harm. */
export function tidyAuditHourly(options: {
  audit: Pick<Store["audit"], "tidy">;
  log: Log;
  now: () => Date;
}): { stop: () => void } {
  const { audit, log, now } = options;
  const timer = setInterval(() => {
    audit.tidy(now()).catch((error) => log.warn({ error }, "the audit log could not be tidied"));
  }, everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
