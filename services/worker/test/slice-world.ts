// One slice over a list in memory, through the real store.

import { type Generation, installationIdOf, syncIdOf } from "@fleetkeeper/model";
import { defaultAbsenceRules, type Run, type Store, type SyncDocument } from "@fleetkeeper/store";
import { defineSync, type SyncDefinition } from "@fleetkeeper/syncs";
import { createLog, noTraces } from "@fleetkeeper/telemetry";
import { testStore } from "@fleetkeeper/test-worlds";
import { z } from "zod";
import { createWorkerMetrics } from "../src/metrics.ts";
import { createRunSlice, type Place, type SliceOptions } from "../src/run-slice.ts";

export const installationId = installationIdOf("@a/b", "1");
export const syncId = syncIdOf(installationId, "things");

export const installation = { _id: installationId, generation: "1" as Generation, state: "active" as const };

/** The store, with some of each run's methods replaced. */
export function withRuns(store: Store, replaced: (run: Run) => Partial<Run>): Store {
  const start: Store["syncs"]["start"] = async (...job) => {
    const run = await store.syncs.start(...job);
    return run && Object.assign(Object.create(run), replaced(run));
  };
  return { ...store, syncs: { ...store.syncs, start } };
}

/** A handler over a list of pages in memory: only the store is real. */
export async function setup(pages: string[][], definition: Partial<SyncDefinition> = {}) {
  const { store } = await testStore();
  const asked: (string | null)[] = [];
  const windows: ({ from: Date; to: Date } | undefined)[] = [];
  const things = defineSync({
    name: "things",
    resource: "things",
    scopes: [],
    intervalMs: 60_000,
    pageSize: 10,
    deletions: "complete-pass",
    async *pages(_client, { from, window }) {
      windows.push(window);
      for (let index = Number(from ?? 0); index < pages.length; index++) {
        asked.push(String(index));
        const nextCursor = index + 1 < pages.length ? String(index + 1) : null;
        yield { items: (pages[index] ?? []).map((id) => ({ id })), nextCursor };
      }
    },
    item: z.object({ id: z.string() }),
    idOf: ({ id }) => id,
    ...(definition as object),
  });
  let clock = new Date("2026-01-01T00:00:00Z").getTime();
  const now = () => new Date(clock);
  const run = async (through: Store = store, options: Partial<SliceOptions> & Partial<Place> = {}) => {
    const leaseMs = options.leaseMs ?? 60_000;
    const runSlice = createRunSlice({
      store: through,
      trackunit: () => ({}) as never,
      definitions: new Map([["things", things]]),
      log: createLog({ service: "test", level: "silent" }),
      metrics: createWorkerMetrics(),
      traces: noTraces,
      now,
      slicePages: 100,
      sliceMs: 60_000,
      pageMs: 60_000,
      leaseMs,
      absence: defaultAbsenceRules,
      ...options,
    });
    await store.syncs.plan(installation, ["things"], { now: now() });
    const sync = (await store.syncs.find(syncId)) as SyncDocument;
    const [job] = await store.syncs.dispatch([sync], now(), now());
    const started = await through.syncs.start(syncId, job?.fencingToken ?? 0, { leaseMs, now });
    if (started === undefined) throw new Error("the run did not start");
    const { signal = new AbortController().signal, mayBeKept = () => false } = options;
    return runSlice(started, { signal, mayBeKept });
  };
  return { store, asked, windows, run, now, advance };

  function advance(ms: number): void {
    clock += ms;
  }
}
