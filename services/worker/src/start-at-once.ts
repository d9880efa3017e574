// What an install made due does not wait for the next tick: it is handed over as soon as it is there. The
// tick finds what this leaves.

import type { QueueSet } from "@fleetkeeper/jobs";
import type { InstallationId } from "@fleetkeeper/model";
import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import { proofBacklog } from "./dispatch.ts";
import type { HandOver } from "./hand-over.ts";

export type StartAtOnce = ReturnType<typeof createStartAtOnce>;

/** More than an account has syncs. */
const maxSyncs = 1_000;

/** Neither rejects: what was not handed over is due, or will be again, and the tick finds it. */
export function createStartAtOnce(options: {
  store: Store;
  queues: QueueSet;
  handOver: HandOver;
  log: Log;
  now: () => Date;
}) {
  const { store, queues, handOver, log, now } = options;

  return {
    /** The account's candidates; if too many others wait, the tick dispatches them in order. */
    async proofs(installationId: InstallationId): Promise<void> {
      await leavingItToTheTick(installationId, async () => {
        const [backlog, due] = await Promise.all([
          queues.backlog("prewarm"),
          store.credentials.due(now(), 1, installationId),
        ]);
        if (backlog < proofBacklog) await handOver.proofs(due);
      });
    },

    /**
     * The account's syncs that are due at `dueAt` (default: now), while no other sync waits for a worker:
     * those have waited longer.
     */
    async syncs(
      installationId: InstallationId,
      { dueAt = now(), limit = maxSyncs }: { dueAt?: Date; limit?: number } = {},
    ): Promise<void> {
      await leavingItToTheTick(installationId, async () => {
        const [waiting, { workers }, due] = await Promise.all([
          queues.waiting("sync"),
          queues.placesOffered(now()),
          store.syncs.due(dueAt, limit, installationId),
        ]);
        if (waiting > 0) return;
        await handOver.syncs(due, (count) => Math.ceil(count / Math.max(1, workers)));
      });
    },
  };

  async function leavingItToTheTick(installationId: InstallationId, handOn: () => Promise<unknown>) {
    await handOn().catch((error: unknown) =>
      log.warn({ error, installationId }, "not handed over at once: the next tick will do it"),
    );
  }
}
