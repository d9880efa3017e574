// Keeps this process knowing who wants to be notified of what: it writes that with the changes that it makes.

import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";

const everyMs = 1_000;

/** Before the first job, and every second; while MongoDB does not answer, what was known last counts. */
export async function keepInterest(options: {
  events: Pick<Store["events"], "refresh">;
  log: Log;
}): Promise<{ stop: () => void }> {
  const { events, log } = options;
  await events.refresh();
  const timer = setInterval(() => {
    events.refresh().catch((error) => log.debug({ error }, "receivers could not be read"));
  }, everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
