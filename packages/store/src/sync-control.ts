// What an operator does to one sync: pause, resume, run now, another interval.

import type { HeldBack, SyncId, Waiting } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import type { SyncDocument } from "./documents.ts";

const idle: Waiting["for"][] = ["schedule", "backoff", "rate-limit", "scope"];
const busy: Waiting["for"][] = ["worker", "running", "next-slice"];

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

    runNow,

    /**
     * Another interval than the definition's for one sync; null is the definition's again. It counts from the
     * next run, which is due now.
     */
    async setInterval(_id: SyncId, intervalMs: number | null, now: Date): Promise<void> {
      await syncs.updateOne({ _id }, { $set: { intervalMs } });
      await syncs.updateOne(
        { _id, "waiting.for": "schedule" },
        { $set: { nextRunAt: now, waiting: { for: "schedule", until: now } } },
      );
    },

    /**
     * Believes that what the last passes missed is gone: the next pass that misses it too deletes it. The
     * sync is due now. `seen`: what was held back when the operator looked.
     * @returns false when nothing is held back, or the passes since then missed something else.
     */
    async confirmMissing(
      _id: SyncId,
      { passes, since }: Pick<HeldBack, "passes" | "since">,
      now: Date,
    ): Promise<boolean> {
      const { matchedCount } = await syncs.updateOne(
        { _id, "heldBack.since": since, "heldBack.passes": { $gte: passes } },
        { $set: { "heldBack.confirmedAfter": passes } },
      );
      if (matchedCount === 1) await runNow(_id, now);
      return matchedCount === 1;
    },
  };

  /**
   * Runs a sync once as soon as a worker is free, before its schedule; after the present run when there is
   * one.
   * @returns false when it is stopped, so that there is something else to do first.
   */
  async function runNow(_id: SyncId, now: Date): Promise<boolean> {
    // A run may start or end between the two looks, so each is taken twice.
    for (const attempt of [askIdle, askBusy, askIdle, askBusy]) if (await attempt()) return true;
    return false;

    async function askIdle(): Promise<boolean> {
      const filter = { _id, "waiting.for": { $in: idle } };
      const waiting: Waiting = { for: "schedule", until: now };
      return (await syncs.updateOne(filter, { $set: { nextRunAt: now, waiting } })).matchedCount === 1;
    }

    async function askBusy(): Promise<boolean> {
      const filter = { _id, "waiting.for": { $in: busy } };
      return (await syncs.updateOne(filter, { $set: { runAgain: true } })).matchedCount === 1;
    }
  }
}
