// What a tick does for receivers: takes events into their accounts' logs, and makes jobs of the lanes in
// which something waits.

import type { QueueSet } from "@fleetkeeper/jobs";
import type { Store } from "@fleetkeeper/store";
import type { WorkerMetrics } from "../metrics.ts";

/** Jobs that may wait; the rest waits in MongoDB. */
const backlog = 1_000;
/**
 * A lane whose job was lost is dispatched again after this; while it waits or runs, a second one is not
 * added.
 */
const againMs = 10_000;
const atATime = 20;
const tidyEveryMs = 3_600_000;

export function createRelayEvents(options: {
  store: Pick<Store, "events">;
  queues: Pick<QueueSet, "addNotifies" | "waiting">;
  metrics: Pick<WorkerMetrics, "events">;
  now: () => Date;
}) {
  const { store, queues, metrics, now } = options;
  const { relay, lanes } = store.events;
  let tidiedAtMs = Number.NEGATIVE_INFINITY;

  /** One step. */
  return async (): Promise<void> => {
    for (const { type } of await relay.step(now())) metrics.events.inc({ type });
    if (store.events.hasReceivers()) await dispatchLanes();
    if (now().getTime() - tidiedAtMs < tidyEveryMs) return;
    tidiedAtMs = now().getTime();
    await store.events.tidy(now());
  };

  async function dispatchLanes(): Promise<void> {
    const room = backlog - (await queues.waiting("notify"));
    if (room <= 0) return;
    const due = await lanes.due(now(), room);
    const again = new Date(now().getTime() + againMs);
    for (let start = 0; start < due.length; start += atATime) {
      const some = due.slice(start, start + atATime);
      const claimed = await Promise.all(some.map((lane) => lanes.claim(lane, again)));
      const jobs = some.filter((_, index) => claimed[index]);
      if (jobs.length > 0)
        await queues.addNotifies(
          jobs.map(({ installationId, receiverId }) => ({ installationId, receiverId })),
        );
    }
  }
}
