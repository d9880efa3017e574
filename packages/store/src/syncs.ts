// Syncs: the schedule, the lease of the one run, its durable progress, and why it waits.

import type { InstallationId, SyncId, Waiting } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import { createDispatchSyncs } from "./dispatch-syncs.ts";
import type { RunDocument, SyncDocument } from "./documents.ts";
import { idsUnder } from "./id-range.ts";
import { listSyncs, type SyncListQuery, type SyncPage } from "./list-syncs.ts";
import { ownCollection } from "./own-collection.ts";
import { createPlanSyncs } from "./plan-syncs.ts";
import { createRefresh } from "./refresh.ts";
import type { Telling } from "./run/news-of-run.ts";
import { createRun, type Run } from "./run/run.ts";
import { bounds } from "./run/tidy.ts";
import { createSyncControl } from "./sync-control.ts";
import { syncOfToday } from "./sync-fields.ts";
import { readHeldBack, readMedianSuccess, readSyncHealth, type SyncHealth } from "./sync-health.ts";

/** Dispatch, start and control of syncs. A run's own writes go through the `Run` that `start` gives. */
export type Syncs = ReturnType<typeof createSyncs>;

/** `telling`: of what runs end with. */
export function createSyncs(db: Db, telling: Telling) {
  const syncs: Collection<SyncDocument> = ownCollection(db, "syncs");
  const runs: Collection<RunDocument> = ownCollection(db, "runs");

  const { plan, renew } = createPlanSyncs(syncs);
  const { due, dispatch, handBack, recoverLost } = createDispatchSyncs(syncs);
  const { runNow, pauseOne, resumeOne, setInterval, confirmMissing } = createSyncControl(syncs);

  return {
    plan,
    renew,
    due,
    dispatch,
    handBack,
    recoverLost,
    runNow,
    pauseOne,
    resumeOne,
    setInterval,
    confirmMissing,
    refresh: createRefresh(syncs),
    find,
    runsOf,

    async ofInstallation(installationId: InstallationId): Promise<SyncDocument[]> {
      return syncs.find({ _id: idsUnder(installationId) }).toArray();
    },

    /** When the first of an installation's runs is due, or in progress; null where none is planned. */
    async nextRunOf(installationId: InstallationId): Promise<Date | null> {
      const planned = await syncs
        .find({ _id: idsUnder(installationId) }, { projection: { _id: 0, nextRunAt: 1 } })
        .toArray();
      const times = planned.flatMap(({ nextRunAt }) => nextRunAt ?? []);
      return times.length === 0 ? null : new Date(Math.min(...times.map(Number)));
    },

    /**
     * How many syncs fail, by what code, and how old the oldest data is. `reasons`: what a failing sync waits
     * for; `minFailures`: only those that failed so often in a row.
     */
    async health(reasons: readonly Waiting["for"][], minFailures?: number): Promise<SyncHealth> {
      return readSyncHealth(syncs, reasons, minFailures);
    },

    /** When the sync in the middle last succeeded. Reads an entry of the index for each. */
    medianSuccess: () => readMedianSuccess(syncs),

    /** Mass deletions that wait for an operator's word, or for more passes that agree. */
    heldBack: (limit: number) => readHeldBack(syncs, limit),

    /** One page of the operators' list. */
    async list(query: SyncListQuery): Promise<SyncPage> {
      return listSyncs(syncs, query);
    },

    /**
     * Starts the run that a job stands for; works once per job, however often the job is delivered. The run
     * keeps its sync for `leaseMs` after each sign of life.
     * @returns undefined when the job is obsolete.
     */
    async start(
      _id: SyncId,
      fencingToken: number,
      { leaseMs, now }: { leaseMs: number; now: () => Date },
    ): Promise<Run | undefined> {
      const startedAt = now();
      const started = await syncs.findOneAndUpdate(
        { _id, fencingToken },
        {
          $set: {
            nextRunAt: new Date(startedAt.getTime() + leaseMs),
            dispatchedAt: null,
            waiting: { for: "running", since: startedAt, pages: 0, records: 0 },
          },
          $inc: { fencingToken: 1 },
          $currentDate: { serverAt: true },
        },
        { returnDocument: "after" },
      );
      return started === null
        ? undefined
        : createRun({ db, syncs, telling }, syncOfToday(started), { leaseMs, now });
    },

    /** One run that is kept; null where there is none. `token`: the end of its `_id`. */
    async runOf(_id: SyncId, token: string): Promise<RunDocument | null> {
      return runs.findOne({ _id: `${_id}/${token}` });
    },

    /** A sync with all of its runs that are kept, the newest first. */
    async withRuns(_id: SyncId): Promise<{ sync: SyncDocument | null; runs: RunDocument[] }> {
      const [sync, runs] = await Promise.all([find(_id), runsOf(_id, bounds.runs.count)]);
      return { sync, runs };
    },
  };

  async function find(_id: SyncId): Promise<SyncDocument | null> {
    return syncs.findOne({ _id });
  }

  /** Ended runs of a sync, the newest first. */
  async function runsOf(_id: SyncId, limit: number): Promise<RunDocument[]> {
    return runs
      .find({ _id: idsUnder(_id) })
      .sort({ _id: -1 })
      .limit(limit)
      .toArray();
  }
}
