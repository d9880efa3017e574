// What the metrics learn of a sync's pages: records by kind of change, and how long an account waited for its
// first record.

import type { Checkpoint, InstallationId, RecordChanges } from "@fleetkeeper/model";
import type { Store, SyncDocument } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import type { WorkerMetrics } from "./metrics.ts";

export type SyncReport = ReturnType<typeof createSyncReport>;

export function createSyncReport(options: {
  store: Store;
  metrics: WorkerMetrics;
  log: Log;
  now: () => Date;
}) {
  const { store, metrics, log, now } = options;

  return {
    changes(sync: string, changes: Partial<RecordChanges>): void {
      for (const [change, count] of Object.entries(changes)) metrics.records.inc({ sync, change }, count);
    },

    /** To be called after each page, with the checkpoint before it. Never rejects. */
    async page(sync: SyncDocument, before: Checkpoint, records: number): Promise<void> {
      if (records === 0 || before.records > 0 || sync.lastSuccessAt !== null) return;
      try {
        const since = await wantedSince(sync);
        const seconds = (now().getTime() - since.getTime()) / 1_000;
        metrics.installToRecordSeconds.observe({ sync: sync.sync }, seconds);
      } catch (error) {
        const { installationId } = sync;
        log.warn({ error, installationId, sync: sync.sync }, "time to the first record not measured");
      }
    },
  };

  /**
   * The account's install callback for the syncs that were planned with it; a sync that was added later
   * counts from then.
   */
  async function wantedSince({ installationId, createdAt }: SyncDocument): Promise<Date> {
    const planned = (await store.syncs.ofInstallation(installationId)).map((one) => one.createdAt.getTime());
    const isOfInstall = createdAt.getTime() === Math.min(...planned);
    return isOfInstall ? ((await installedAt(installationId)) ?? createdAt) : createdAt;
  }

  async function installedAt(id: InstallationId): Promise<Date | undefined> {
    return (await store.installations.find(id))?.createdAt;
  }
}
