// Syncs: the schedule, the lease of the one run, its durable progress, and why it waits.

import { randomUUID } from "node:crypto";
import {
  type Generation,
  type InstallationId,
  type SyncId,
  syncIdOf,
  type Waiting,
} from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import { decidedUpsert } from "./decided-upsert.ts";
import type { RunDocument, SyncDocument } from "./documents.ts";
import { WriteContendedError } from "./errors.ts";
import { idsUnder } from "./id-range.ts";
import type { InstallationDocument } from "./installation-document.ts";
import { listSyncs, type SyncListQuery, type SyncPage } from "./list-syncs.ts";
import { ownCollection } from "./own-collection.ts";
import { createRefresh } from "./refresh.ts";
import type { Telling } from "./run/news-of-run.ts";
import { createRun, type Run } from "./run/run.ts";
import { bounds } from "./run/tidy.ts";
import { createSyncControl } from "./sync-control.ts";
import { readHeldBack, readSyncHealth, type SyncHealth } from "./sync-health.ts";

/** What a new credential may cure or renew. */
const renewable: Waiting["for"][] = ["backoff", "scope", "schedule"];
/** Syncs that change more often than this while we look do so on purpose. */
const looks = 10;
/** Clocks of workers are closer to each other than this, unless one is wrong. */
const farAheadMs = 60_000;

/** Dispatch, start and control of syncs. A run's own writes go through the `Run` that `start` gives. */
export type Syncs = ReturnType<typeof createSyncs>;

/** `telling`: of what runs end with. */
export function createSyncs(db: Db, telling: Telling) {
  const syncs: Collection<SyncDocument> = ownCollection(db, "syncs");
  const runs: Collection<RunDocument> = ownCollection(db, "runs");

  return {
    ...createSyncControl(syncs),
    refresh: createRefresh(syncs),

    /**
     * Makes the syncs of an installation that do not exist yet, due at once unless the installation is paused; those that
     * exist keep their progress and use this install's credential from now on, and are due where it may cure or renew
     * them. `firstToken`: asked where there are new ones, whose fencing tokens begin there; default 0.
     */
    async plan(
      { _id: installationId, generation, state }: Pick<InstallationDocument, "_id" | "generation" | "state">,
      names: readonly string[],
      { now, firstToken }: { now: Date; firstToken?: () => Promise<number> },
    ): Promise<void> {
      const planned = await this.ofInstallation(installationId);
      if (planned.some((sync) => !(sync.generation >= generation)))
        await this.renew(installationId, generation, now);
      const present = new Set(planned.map(({ sync }) => sync));
      const missing = names.filter((name) => !present.has(name));
      if (missing.length === 0) return;
      const fencingToken = (await firstToken?.()) ?? 0;
      await insertUnlessPresent(
        missing.map((sync) => ({
          _id: syncIdOf(installationId, sync),
          installationId,
          sync,
          intervalMs: null,
          nextRunAt: state === "paused" ? null : now,
          dispatchedAt: null,
          fencingToken,
          generation,
          waiting:
            state === "paused"
              ? { for: "operator", code: "paused", of: "account" }
              : { for: "schedule", until: now },
          lastRun: null,
          lastSuccessAt: null,
          runAgain: false,
          createdAt: now,
          failures: 0,
          checkpoint: null,
          ...fieldsAtFirst(now),
          firstToken: fencingToken,
        })),
      );
      // The account may have been forgotten since the token was asked for.
      const least = (await firstToken?.()) ?? 0;
      if (least > fencingToken)
        await syncs.updateMany(
          { _id: idsUnder(installationId), fencingToken: { $lt: least } },
          { $set: { fencingToken: least, firstToken: least } },
        );
    },

    async find(_id: SyncId): Promise<SyncDocument | null> {
      return syncs.findOne({ _id });
    },

    async ofInstallation(installationId: InstallationId): Promise<SyncDocument[]> {
      return syncs.find({ _id: idsUnder(installationId) }).toArray();
    },

    /**
     * How many syncs fail, by what code, and how old the oldest data is. `reasons`: what a failing sync waits for;
     * `minFailures`: only those that failed so often in a row.
     */
    async health(reasons: readonly Waiting["for"][], minFailures?: number): Promise<SyncHealth> {
      return readSyncHealth(syncs, reasons, minFailures);
    },

    /** Mass deletions that wait for an operator's word, or for more passes that agree. */
    heldBack: (limit: number) => readHeldBack(syncs, limit),

    /** One page of the operators' list. */
    async list(query: SyncListQuery): Promise<SyncPage> {
      return listSyncs(syncs, query);
    },

    /**
     * What is due, the longest overdue first: that order is what makes the dispatcher fair. `installationId`: of this one
     * only.
     */
    async due(
      now: Date,
      limit: number,
      installationId?: InstallationId,
    ): Promise<Pick<SyncDocument, "_id" | "fencingToken" | "nextRunAt">[]> {
      const whose = installationId && { _id: idsUnder<SyncId>(installationId) };
      return syncs
        .find({ ...whose, nextRunAt: { $lte: now } }, { projection: { fencingToken: 1, nextRunAt: 1 } })
        .sort({ nextRunAt: 1 })
        .limit(limit)
        .toArray();
    },

    /**
     * Takes due syncs for one dispatcher. Those whose job is lost are due again at `again`.
     * @returns those that no other dispatcher took first, with the fencing token that their job carries.
     */
    async dispatch(
      due: readonly Pick<SyncDocument, "_id" | "fencingToken">[],
      now: Date,
      again: Date,
    ): Promise<{ syncId: SyncId; fencingToken: number }[]> {
      if (due.length === 0) return [];
      const dispatchedBy = randomUUID();
      const waiting: Waiting = { for: "worker", since: now };
      const update = {
        $set: { nextRunAt: again, dispatchedAt: now, dispatchedBy, waiting },
        $inc: { fencingToken: 1 },
      };
      const { modifiedCount } = await syncs.bulkWrite(
        due.map(({ _id, fencingToken }) => ({ updateOne: { filter: { _id, fencingToken }, update } })),
        { ordered: false },
      );
      const all = due.map(({ _id, fencingToken }) => ({ syncId: _id, fencingToken: fencingToken + 1 }));
      if (modifiedCount === due.length) return all;
      const ids = due.map(({ _id }) => _id);
      const taken = syncs.find({ _id: { $in: ids }, dispatchedBy }, { projection: { fencingToken: 1 } });
      const tokens = new Map((await taken.toArray()).map(({ _id, fencingToken }) => [_id, fencingToken]));
      return all.filter(({ syncId, fencingToken }) => tokens.get(syncId) === fencingToken);
    },

    /**
     * Starts the run that a job stands for; works once per job, however often the job is delivered. The run keeps its sync
     * for `leaseMs` after each sign of life.
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
        : createRun({ db, syncs, telling }, withFieldsOfToday(started), { leaseMs, now });
    },

    /**
     * Hands back what a job stands for without a run, so that it is dispatched again at `again`.
     * @returns false when the job is obsolete.
     */
    async handBack(_id: SyncId, fencingToken: number, again: Date): Promise<boolean> {
      const waiting: Waiting = { for: "schedule", until: again };
      const { matchedCount } = await syncs.updateOne(
        { _id, fencingToken },
        { $set: { nextRunAt: again, dispatchedAt: null, waiting }, $inc: { fencingToken: 1 } },
      );
      return matchedCount === 1;
    },

    /** Ended runs of a sync, the newest first. */
    async runsOf(_id: SyncId, limit: number): Promise<RunDocument[]> {
      return runs
        .find({ _id: idsUnder(_id) })
        .sort({ _id: -1 })
        .limit(limit)
        .toArray();
    },

    /** One run that is kept; null where there is none. `token`: the end of its `_id`. */
    async runOf(_id: SyncId, token: string): Promise<RunDocument | null> {
      return runs.findOne({ _id: `${_id}/${token}` });
    },

    /** A sync with all of its runs that are kept, the newest first. */
    async withRuns(_id: SyncId): Promise<{ sync: SyncDocument | null; runs: RunDocument[] }> {
      const [sync, runs] = await Promise.all([this.find(_id), this.runsOf(_id, bounds.runs.count)]);
      return { sync, runs };
    },

    /**
     * Makes due what was dispatched before `before` and has not started: for when the queue holds no job as old as that, so
     * that its jobs must be lost. Also what was dispatched by a clock that is far ahead, whose time says nothing.
     */
    async recoverLost(before: Date, now: Date): Promise<number> {
      const farAhead = new Date(now.getTime() + farAheadMs);
      const lost = { $or: [{ dispatchedAt: { $lt: before } }, { dispatchedAt: { $gt: farAhead } }] };
      return (await syncs.updateMany(lost, { $set: { nextRunAt: now } })).modifiedCount;
    },

    /**
     * After a new install: from now on each run uses this credential or a newer one, and what waits for something that it may
     * cure or renew is due. A run in progress finds the new install when it ends.
     * @throws WriteContendedError
     */
    async renew(installationId: InstallationId, generation: Generation, now: Date): Promise<void> {
      const older = { _id: idsUnder<SyncId>(installationId), generation: { $not: { $gte: generation } } };
      const waiting: Waiting = { for: "schedule", until: now };
      const due = { nextRunAt: now, waiting, failures: 0, generation };
      // A sync may change from the one kind to the other between the two writes, and has neither then.
      for (let look = 0; look < looks; look++) {
        await syncs.updateMany({ ...older, "waiting.for": { $in: renewable } }, { $set: due });
        await syncs.updateMany({ ...older, "waiting.for": { $nin: renewable } }, { $set: { generation } });
        if ((await syncs.findOne(older, { projection: { _id: 1 } })) === null) return;
      }
      throw new WriteContendedError();
    },
  };

  /** In one command, for an install waits for it. */
  async function insertUnlessPresent(planned: readonly SyncDocument[]): Promise<void> {
    let left = [...planned];
    await decidedUpsert(
      async () => (await syncs.insertMany(left, { ordered: false })).acknowledged,
      async () => {
        const ids = left.map(({ _id }) => _id);
        const found = await syncs.find({ _id: { $in: ids } }, { projection: { _id: 1 } }).toArray();
        const present = new Set(found.map(({ _id }) => _id));
        left = left.filter(({ _id }) => !present.has(_id));
        return left.length === 0 || undefined;
      },
    );
  }
}

/** What runs leave behind in a sync, before the first one. */
export function fieldsAtFirst(now: Date) {
  return {
    firstToken: 0,
    window: null,
    rereadFrom: null,
    lastChangeAt: null,
    feedHead: null,
    feedOpen: null,
    lastPass: null,
    disturbed: null,
    heldBack: null,
    hasSetAside: false,
    quiet: null,
    untidied: 0,
    tidiedAt: now,
  } satisfies Partial<SyncDocument>;
}

/** A sync that an earlier version wrote: what it lacks, and no checkpoint, which that version wrote in another shape. */
function withFieldsOfToday(sync: SyncDocument): SyncDocument {
  const checkpoint = sync.checkpoint?.pass === undefined ? null : sync.checkpoint;
  return { ...fieldsAtFirst(sync.createdAt), ...sync, checkpoint };
}
