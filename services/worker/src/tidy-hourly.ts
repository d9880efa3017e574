// Removes what has grown old, also where nothing new comes that would push it out: of the audit log, and
// webhooks' payloads.

import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";

const everyMs = 3_600_000;

/**
 * Every hour; several workers do it in turn, which does no harm. The services that people use may add to the
 * audit log and change nothing.
 */
export function tidyHourly(options: {
  store: { audit: Pick<Store["audit"], "tidy">; webhookDeliveries: Pick<Store["webhookDeliveries"], "tidy"> };
  log: Log;
  now: () => Date;
}): { stop: () => void } {
  const { store, log, now } = options;
  const tidy = {
    audit: () => store.audit.tidy(now()),
    webhookDeliveries: () => store.webhookDeliveries.tidy(now()),
  };
  const timer = setInterval(() => {
    for (const [what, run] of Object.entries(tidy))
      run().catch((error: unknown) => log.warn({ error, what }, "old data could not be removed"));
  }, everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
