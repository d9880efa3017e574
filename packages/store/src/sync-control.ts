// What an operator does to one sync: pause, resume, run now, another interval.

import type { SyncId, Waiting } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import type { SyncDocument } from "./documents.ts";

/** A part of `syncs`. */
export function createSyncControl(syncs: Collection<SyncDocument>) {
  return {
    /** Stops one sync until `resumeOne`; its progress stays. */
    async pauseOne(_id: SyncId): Promise<void> {
      const waiting: Waiting = { for: "operator", code: "paused", of: "sync" };
      await syncs.updateOne(
        { _id },
        { $set: { nextRunAt: null, dispatchedAt: null, waiting }, $inc: { fencingToken: 1 } },
      );
    },

    async resumeOne(_id: SyncId, now: Date): Promise<void> {
      await syncs.updateOne(
        { _id, "waiting.for": "operator" },
        { $set: { nextRunAt: now, waiting: { for: "schedule", until: now } } },
      );
    },

    /**
     * Runs a sync once as soon as a worker is free, whatever its schedule; after the present run when there is one.
     * @returns false when it is stopped, so that there is something else to do first.
     */
    async runNow(_id: SyncId, now: Date): Promise<boolean> {
      const idle: Waiting["for"][] = ["schedule", "backoff", "rate-limit", "scope"];
      const { matchedCount } = await syncs.updateOne(
        { _id, "waiting.for": { $in: idle } },
        { $set: { nextRunAt: now } },
      );
      if (matchedCount === 1) return true;
      const busy: Waiting["for"][] = ["worker", "running", "next-slice"];
      const result = await syncs.updateOne(
        { _id, "waiting.for": { $in: busy } },
        { $set: { runAgain: true } },
      );
      return result.matchedCount === 1;
    },

    /** Another interval than the definition's for one sync; null is the definition's again. It counts from the next run, which is due now. */
    async setInterval(_id: SyncId, intervalMs: number | null, now: Date): Promise<void> {
      await syncs.updateOne({ _id }, { $set: { intervalMs } });
      await syncs.updateOne({ _id, "waiting.for": "schedule" }, { $set: { nextRunAt: now } });
    },
  };
}
