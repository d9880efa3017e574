// The search for records that are gone. One pass proves nothing: a record is deleted when several complete
// passes in a row did not see it, two as a rule, and more where a pass misses so many that its source is to
// be doubted.

import type { HeldBack, RecordChange, Sweep } from "@fleetkeeper/model";
import { BSON, type Collection } from "mongodb";
import type { RecordDocument } from "../documents.ts";
import { idsUnder } from "../id-range.ts";
import type { FeedWriter } from "./feed-writer.ts";
import type { Fence } from "./fence.ts";
import type { Seen } from "./page-notes.ts";

/** When a pass misses too many records to delete them at once. */
export interface AbsenceRules {
  /** More than this share of an installation's known records; 0 to 1. */
  share: number;
  /** And more than this number of records. */
  records: number;
  /**
   * This many passes that agree are believed without a confirmation; at least 2. Infinity: only an operator's
   * word counts.
   */
  passes: number;
}

/** A fifth, 20 records, 6 passes. */
export const defaultAbsenceRules: AbsenceRules = { share: 0.2, records: 20, passes: 6 };

/** Stored records that are looked at in one step. */
const stepSize = 1_000;
const maxPartBytes = 4 * 1024 * 1024;
/** As many passes in a row as a rule prove that a record is gone. */
const usualPasses = 2;

/** What one search works on. */
export interface SweepContext {
  records: Collection<RecordDocument>;
  feed: FeedWriter;
  fence: Fence;
  /** The pass that is swept, and the complete and undisturbed one before it. */
  pass: number;
  lastPass: number | null;
  seen: Seen;
}

type Stored = Pick<
  RecordDocument,
  "_id" | "externalId" | "deletedAt" | "fencingToken" | "missingSince" | "missingPass" | "missingTimes"
>;

const projection = {
  externalId: 1,
  deletedAt: 1,
  fencingToken: 1,
  missingSince: 1,
  missingPass: 1,
  missingTimes: 1,
} as const;

/** Whether a pass misses more records than the rules let it delete automatically. */
export function missesTooMany({ known, missing }: Sweep, { share, records }: AbsenceRules): boolean {
  return missing > records && missing > known * share;
}

/** What is held back after this pass; null when nothing is. */
export function heldBackAfter(
  sweep: Sweep,
  before: HeldBack | null,
  rules: AbsenceRules,
  now: Date,
): HeldBack | null {
  if (!missesTooMany(sweep, rules)) return null;
  const { known, missing } = sweep;
  const { passes = 0, since = now, confirmedAfter = null } = before ?? {};
  const believedAfter = Number.isFinite(rules.passes) ? rules.passes : null;
  return { known, missing, passes: passes + 1, since, believedAfter, confirmedAfter };
}

/** How many passes in a row must have missed a record before it is deleted. */
export function passesNeeded(heldBack: HeldBack | null, rules: AbsenceRules): number {
  if (heldBack === null) return usualPasses;
  const { passes, confirmedAfter } = heldBack;
  return confirmedAfter === null ? rules.passes : Math.max(usualPasses, passes - confirmedAfter + 1);
}

/** One step of the first phase: notes what the pass did not see. */
export async function noteMissing(context: SweepContext, sweep: Sweep, now: Date): Promise<Sweep> {
  const { pass, lastPass, seen } = context;
  const stored = await nextRecords(context, sweep.after);
  const live = stored.filter(({ deletedAt }) => deletedAt === null);
  const missing = live.filter(({ externalId }) => !seen(externalId));
  const news = missing.filter(({ missingSince, missingPass }) => !missingSince || missingPass !== pass);
  await change(context, news, ({ missingSince, missingPass, missingTimes = 0 }) =>
    missingSince && missingPass === lastPass
      ? { missingPass: pass, missingTimes: missingTimes + 1 }
      : { missingSince: now, missingPass: pass, missingTimes: 1 },
  );
  const { known, missing: missingSoFar } = sweep;
  return {
    ...sweep,
    known: known + live.length,
    missing: missingSoFar + missing.length,
    after: lastOf(stored),
  };
}

/** One step of the second phase: deletes what enough passes in a row did not see. */
export async function deleteMissing(
  context: SweepContext,
  { sweep, needed, now }: { sweep: Sweep; needed: number; now: Date },
): Promise<{ sweep: Sweep; deleted: number }> {
  const { records, feed, pass } = context;
  const stored = await nextRecords(context, sweep.after);
  const gone = stored
    .filter(({ deletedAt, missingPass }) => deletedAt === null && missingPass === pass)
    .filter(({ missingTimes = 0 }) => missingTimes >= needed);
  for await (const part of withData(records, gone)) {
    const changes = part.map(
      ({ externalId, data }): RecordChange => ({ externalId, kind: "deleted", fields: [], data }),
    );
    await feed.announce(changes, now);
    const all = await change(context, part, () => ({ deletedAt: now, updatedAt: now, missingSince: null }));
    if (!all) await feed.correct(now);
    feed.close();
  }
  return { sweep: { ...sweep, after: lastOf(stored) }, deleted: gone.length };
}

/**
 * The records with their content, in parts that are small enough for memory and for one entry of the feed.
 */
async function* withData(
  records: Collection<RecordDocument>,
  stored: readonly Stored[],
): AsyncGenerator<(Stored & Pick<RecordDocument, "data">)[]> {
  const byId = new Map(stored.map((one) => [one._id, one]));
  let part: (Stored & Pick<RecordDocument, "data">)[] = [];
  let bytes = 0;
  const found = records.find({ _id: { $in: [...byId.keys()] } }, { projection: { data: 1 }, batchSize: 100 });
  for await (const { _id, data } of found) {
    const one = byId.get(_id);
    if (one === undefined) continue;
    part.push({ ...one, data });
    bytes += BSON.calculateObjectSize({ data });
    if (bytes < maxPartBytes) continue;
    yield part;
    part = [];
    bytes = 0;
  }
  if (part.length > 0) yield part;
}

async function nextRecords({ records, fence }: SweepContext, after: string | null): Promise<Stored[]> {
  const { $gte, $lt } = idsUnder<string>(fence.installationId);
  return records
    .find<Stored>({ _id: { $gt: after ?? $gte, $lt } }, { projection, batchSize: stepSize + 1 })
    .sort({ _id: 1 })
    .limit(stepSize)
    .toArray();
}

function lastOf(stored: readonly Stored[]): string | null {
  return stored.length === stepSize ? (stored.at(-1)?._id ?? null) : null;
}

/**
 * Changes records that are as they were read. A token that is greater than the run's own is none of a newer
 * run's while the run has its sync.
 * @returns whether all were changed.
 * @throws LeaseLostError when a newer run has started.
 */
async function change(
  { records, fence }: SweepContext,
  stored: readonly Stored[],
  fieldsOf: (record: Stored) => Partial<RecordDocument>,
): Promise<boolean> {
  if (stored.length === 0) return true;
  if (stored.some(({ fencingToken }) => !(fencingToken <= fence.token))) await fence.check();
  const writes = stored.map((record) => ({
    updateOne: {
      filter: { _id: record._id, deletedAt: null, fencingToken: record.fencingToken ?? null },
      update: { $set: { ...fieldsOf(record), fencingToken: fence.token } },
    },
  }));
  const { matchedCount } = await records.bulkWrite(writes, { ordered: false });
  if (matchedCount === writes.length) return true;
  await fence.check();
  return false;
}
