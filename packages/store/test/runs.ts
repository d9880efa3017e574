// A run and whole passes of the world's one sync, and what they leave.

import type { Db } from "mongodb";
import {
  type AbsenceRules,
  defaultAbsenceRules,
  type FetchedPage,
  type RecordDocument,
  type Run,
  type Settlement,
  type SyncDocument,
} from "../src/index.ts";
import { at, installation, syncId, type TestStore } from "./world.ts";

/** A planned sync, dispatched and started. The run's clock is `now` until it is moved. */
export async function startedRun(store: TestStore, now = at(0), seeksMissing = true, resource = "assets") {
  await store.syncs.plan(installation, ["assets"], { now });
  const due = (await store.syncs.find(syncId)) as SyncDocument;
  const [job] = await store.syncs.dispatch([due], now, at(600));
  const clock = { now };
  const run = await store.syncs.start(syncId, job?.fencingToken ?? 0, {
    leaseMs: 60_000,
    now: () => clock.now,
  });
  if (run === undefined) throw new Error("the run did not start");
  await run.begin({ resource, seeksMissing }, () => null);
  return { run, clock };
}

export type Records = Record<string, unknown>;

/** `more`: pages follow. */
export const pageOf = (
  records: Records,
  { more = false, ...rest }: Partial<FetchedPage> & { more?: boolean } = {},
) => ({
  records: Object.entries(records).map(([externalId, data]) => ({ externalId, data })),
  setAside: [],
  nextCursor: more ? "more" : null,
  ...rest,
});

/** What a run that read everything leaves. */
export const settlementOf = (run: Run, endedAt: Date): Settlement => ({
  nextRunAt: endedAt,
  waiting: { for: "schedule", until: endedAt },
  failures: 0,
  keepsCheckpoint: false,
  ended: { at: endedAt, outcome: "succeeded", ...outcomeOf(run) },
});

function outcomeOf({ checkpoint: { startedAt, records, pages, changes } }: Run) {
  return { startedAt, records, pages, changes };
}

/** A whole pass over these pages at once. */
export async function pass(
  store: TestStore,
  now: Date,
  pages: readonly Records[],
  options: { rules?: AbsenceRules; pageFields?: Partial<FetchedPage> } = {},
) {
  const { run } = await startedRun(store, now);
  for (const [index, records] of pages.entries())
    await run.writePage(pageOf(records, { more: index + 1 < pages.length, ...options.pageFields }));
  if (run.checkpoint.disturbed === null)
    for await (const _ of run.sweep(options.rules ?? defaultAbsenceRules));
  await run.endPass();
  const { changes } = run.checkpoint;
  await run.settle(settlementOf(run, now));
  return changes;
}

/** The records that are not deleted, by external id. */
export async function liveRecords(db: Db): Promise<Records> {
  return liveRecordsOf(await db.collection<RecordDocument>("assets").find().toArray());
}

export function liveRecordsOf(records: readonly RecordDocument[]): Records {
  const live = records.filter(({ deletedAt }) => deletedAt === null);
  return Object.fromEntries(live.map(({ externalId, data }) => [externalId, data]));
}

/** What a consumer of the change feed that has read all of it holds. */
export async function followed(store: TestStore): Promise<Records> {
  const held: Records = {};
  const sync = await store.syncs.find(syncId);
  if (sync === null) return held;
  for await (const entry of store.feed.unread("everything", sync)) {
    if ("gap" in entry) throw new Error("the feed has a gap");
    for (const { externalId, kind, data } of entry.changes)
      if (kind === "deleted") delete held[externalId];
      else held[externalId] = data;
  }
  return held;
}
