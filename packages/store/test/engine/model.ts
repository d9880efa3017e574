// The model of one account: what its source held, what must be stored of that, and what the feed must tell.

import type { Generation, InstallationId, SyncId } from "@fleetkeeper/model";
import { installationIdOf, syncIdOf } from "@fleetkeeper/model";
import type { Db } from "mongodb";
import { expect } from "vitest";
import type { RecordDocument, Store, SyncDocument } from "../../src/index.ts";
import { installAccount } from "../acts.ts";
import { liveRecordsOf } from "../runs.ts";
import type { Machine } from "./machine.ts";
import { type PassEnd, pass, type Source } from "./pass.ts";
import type { Change, JobStep, RunStep, Step } from "./steps.ts";

export interface EngineWorld {
  /** Without a fault. */
  store: Store;
  db: Db;
  /** How often each thing happened, for the report. */
  counts: Record<string, number>;
}

/** A job of the queue `install`, which is done again until it succeeds. */
interface Job {
  do: "install" | "forget";
  at: Date;
}

const irisAppId = "@a/b";
const resources = ["assets"];

/** One account of its own, its source, and two machines. */
export function createModel(
  { store, db, counts }: EngineWorld,
  machines: readonly Machine[],
  accountId: string,
) {
  const installationId: InstallationId = installationIdOf(irisAppId, accountId);
  const syncId: SyncId = syncIdOf(installationId, "assets");
  const under = { $gte: `${installationId}/`, $lt: `${installationId}0` };
  const source: Source = new Map([
    ["a", 1],
    ["b", 1],
    ["c", 1],
  ]);
  /** Ids that the source has had all the time since it first had them. */
  const steady = new Set(source.keys());
  /** The newest version of each id that was stored since the account was installed last. */
  const storedVersions = new Map<string, number>();
  const jobTokens = new Set<number>();
  /** The highest of a run, by the time when its sync was planned: one that was forgotten is planned again. */
  const runTokens = new Map<number, number>();
  let version = 1;
  /** The source may have left something out in the last pass that may have been complete. */
  let wasGlitch = false;
  const stalled: (() => Promise<void>)[] = [];
  /** Jobs that are under way or have to be done again. */
  const jobs = new Set<Job>();
  let last: Job = { do: "install", at: new Date(0) };
  let clock = Date.UTC(2026, 0, 1);
  const now = () => new Date(clock);

  return {
    async begin(): Promise<void> {
      const installation = { _id: installationId, generation: "0" as Generation, state: "active" as const };
      await store.syncs.plan(installation, ["assets"], { now: now() });
    },

    async take(step: Step): Promise<void> {
      clock += 1_000;
      count(step.do);
      if (step.do === "change") return apply(step.changes);
      if (step.do === "pause") return store.syncs.pauseOne(syncId);
      if (step.do === "resume") return store.syncs.resumeOne(syncId, now());
      if (step.do === "sync now") return void (await store.syncs.runNow(syncId, now()));
      if (step.do === "run") await run(step);
      else if (step.do === "install" || step.do === "forget") await begunJob(step);
      else await stalled.shift()?.();
      await checkStored();
    },

    /**
     * Nothing disturbs it any more: what is stored and what the feed tells become the source, or nothing of
     * it is left.
     */
    async quieten(): Promise<void> {
      for (const release of stalled.splice(0)) await release();
      for (let round = 0; jobs.size > 0; round++) {
        expect(round).toBeLessThan(3);
        for (const job of [...jobs]) await finish(job, await doJob(store, job));
      }
      if (last.do === "forget") return expectForgotten();
      await store.syncs.resumeOne(syncId, now());
      for (let passes = 0; !(await isSettled()); passes++) {
        expect({ passes, live: await live() }).toMatchObject({ passes: expect.toSatisfy((n) => n < 3) });
        clock += 1_000;
        await run(quietRun);
        await checkStored();
      }
      expect(await followed()).toEqual(Object.fromEntries(source));
      const notes = db.collection<{ _id: string }>("passPages");
      expect(await notes.countDocuments({ _id: { $gte: `${syncId}/`, $lt: `${syncId}0` } })).toBeLessThan(10);
    },
  };

  function count(what: string): void {
    counts[what] = (counts[what] ?? 0) + 1;
  }

  function apply(some: readonly Change[]): void {
    for (const { id, present } of some) {
      if (present) {
        if (!source.has(id) && !storedVersions.has(id)) steady.add(id);
        source.set(id, ++version);
      } else {
        source.delete(id);
        steady.delete(id);
      }
    }
  }

  async function run({ machine, trouble, pageSize, glitch: wanted, between }: RunStep): Promise<void> {
    const sync = await store.syncs.find(syncId);
    if (sync === null || sync.nextRunAt === null) return;
    const left = [...between];
    // What one undisturbed pass left out is forgiven; what two in a row did is believed.
    const isForgiven = wanted === "moved" || (!wasGlitch && sync.checkpoint === null);
    const glitch = isForgiven ? wanted : undefined;
    const action = (by: Store): Promise<PassEnd> =>
      pass(by, {
        sync,
        source,
        pageSize,
        glitch,
        now,
        betweenPages: () => apply(left.splice(0, 1)),
        onJob: noteJob,
        onRun: noteRun,
      });
    const isGlitch = glitch === "empty" || glitch === "ends early";
    const end = await onMachine(machine, trouble, action, (result) => count(`run ${result}`));
    // A pass that tells that something moved is none of the two.
    wasGlitch = isGlitch || (wasGlitch && (end !== "ended" || glitch === "moved"));
    apply(left);
  }

  function noteJob(token: number): void {
    if (jobTokens.has(token)) throw new Error(`the id of job ${token} repeats`);
    jobTokens.add(token);
  }

  function noteRun({ createdAt, fencingToken }: SyncDocument): void {
    const planned = createdAt.getTime();
    runTokens.set(planned, Math.max(runTokens.get(planned) ?? 0, fencingToken));
  }

  async function begunJob({ do: what, machine, trouble }: JobStep): Promise<void> {
    const job = { do: what, at: now() };
    last = job;
    jobs.add(job);
    storedVersions.clear();
    await onMachine(
      machine,
      trouble,
      (by) => doJob(by, job),
      (result) => finish(job, result),
    );
  }

  /** @returns whether it is done; else it has to be done again. */
  async function doJob(by: Store, { do: what, at }: Job): Promise<boolean> {
    try {
      if (what === "forget") await by.forget(installationId, at, resources);
      else {
        const generation = String(at.getTime()) as Generation;
        const install = {
          ...{ installationId, irisAppId, accountId, generation, receivedAt: at },
          ...{ sealedCredential: "sealed" as never, clientIdFingerprint: "f" },
        };
        await installAccount(by, install, { names: ["assets"], resources, now: now() });
      }
      return true;
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === "ERR_ACCOUNT_BEING_FORGOTTEN" || code === "ERR_WRITE_CONTENDED") return false;
      throw error;
    }
  }

  async function finish(job: Job, isDone: boolean): Promise<void> {
    if (isDone) jobs.delete(job);
  }

  /**
   * @returns what became of it unless it crashed or stalled; `onEnd` is called with that too, and later when
   * it stalled.
   */
  async function onMachine<Result>(
    index: number,
    trouble: RunStep["trouble"],
    action: (by: Store) => Promise<Result>,
    onEnd: (result: Result) => void | Promise<void>,
  ): Promise<Result | undefined> {
    const machine = machines[index];
    if (trouble === undefined || machine === undefined || stalled.length > 1) {
      const result = await action(store);
      await onEnd(result);
      return result;
    }
    const end = await machine.act(trouble, action);
    count(end.state);
    if (end.state === "stalled") stalled.push(async () => onEnd(await end.release()));
    if (end.state !== "done") return undefined;
    await onEnd(end.result);
    return end.result;
  }

  async function stored(): Promise<RecordDocument[]> {
    return db.collection<RecordDocument>("assets").find({ _id: under }).toArray();
  }

  async function live(): Promise<Record<string, unknown>> {
    return liveRecordsOf(await stored());
  }

  /** What the source has had all the time is not deleted, and no version is replaced by an older one. */
  async function checkStored(): Promise<void> {
    if (last.do === "forget" || jobs.size > 0) return;
    for (const { externalId: id, deletedAt, data } of await stored()) {
      const before = storedVersions.get(id) ?? 0;
      if (deletedAt !== null) {
        if (steady.has(id) && before > 0) throw new Error(`${id} was deleted, but never gone`);
        continue;
      }
      if (Number(data) < before) throw new Error(`version ${before} of ${id} was replaced by ${data}`);
      storedVersions.set(id, Number(data));
    }
  }

  /** All that is stored is what the source has, nothing is in doubt, and no pass is half done. */
  async function isSettled(): Promise<boolean> {
    const sync = await store.syncs.find(syncId);
    if (sync === null || sync.lastRun === null || sync.checkpoint !== null || sync.feedOpen !== null)
      return false;
    const records = await stored();
    const wanted = JSON.stringify([...source].sort());
    return (
      JSON.stringify(Object.entries(liveRecordsOf(records)).sort()) === wanted &&
      !records.some(({ deletedAt, missingSince }) => deletedAt === null && missingSince)
    );
  }

  async function followed(): Promise<Record<string, unknown>> {
    const held: Record<string, unknown> = {};
    const sync = await store.syncs.find(syncId);
    if (sync === null) throw new Error("there is no sync");
    const earlier = [...runTokens].filter(([planned]) => planned < sync.createdAt.getTime());
    let before = String(Math.max(0, ...earlier.map(([, token]) => token))).padStart(12, "0");
    for await (const entry of store.feed.unread("all", sync)) {
      if ("gap" in entry) throw new Error("the feed has a gap");
      if (entry.position <= before) throw new Error(`${entry.position} comes after ${before}`);
      before = entry.position;
      for (const { externalId, kind, data } of entry.changes)
        if (kind === "deleted") delete held[externalId];
        else held[externalId] = data;
    }
    return held;
  }

  /** After the second time, which the first one asks for. */
  async function expectForgotten(): Promise<void> {
    await store.forget(installationId, last.at, resources);
    for (const name of ["syncs", "runs", "changes", "passPages", "setAside", "feedCursors", "assets"]) {
      const left = db.collection<{ _id: string }>(name).find({ _id: under });
      expect({ name, left: await left.toArray() }).toEqual({ name, left: [] });
    }
    expect(await store.installations.find(installationId)).toBeNull();
  }
}

const quietRun: RunStep = {
  do: "run",
  machine: 0,
  trouble: undefined,
  pageSize: 2,
  glitch: undefined,
  between: [],
};
