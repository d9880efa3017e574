// Tells the dispatchers how many syncs this worker runs at a time, so that what waits in the queue follows
// the workers' number.

import { randomUUID } from "node:crypto";
import type { QueueSet } from "@fleetkeeper/jobs";
import type { Log } from "@fleetkeeper/telemetry";

const everyMs = 5_000;
/** A worker that died is counted for this long. */
const countsForMs = 20_000;

export async function offerPlaces(options: {
  queues: Pick<QueueSet, "offerPlaces">;
  places: number;
  log: Log;
  now: () => Date;
}): Promise<{ stop: () => void }> {
  const { queues, places, log, now } = options;
  const workerId = randomUUID();
  const offer = () => queues.offerPlaces(workerId, places, now(), countsForMs);
  await offer();
  const timer = setInterval(() => {
    offer().catch((error) => log.warn({ error }, "places for syncs were not offered"));
  }, everyMs);
  return { stop: () => clearInterval(timer) };
}
