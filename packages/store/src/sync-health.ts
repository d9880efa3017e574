// How many syncs fail, by what code, and how old the oldest data is: what the overview says of all accounts
// together.

import type { InstallationId, Waiting } from "@fleetkeeper/model";
import type { Collection, Filter } from "mongodb";
import type { SyncDocument } from "./documents.ts";

/** The failing syncs of one code. */
export interface FailingSyncs {
  code: string;
  syncs: number;
  accounts: number;
  /** The last success of the one that has gone without for longest; its creation where it never succeeded. */
  since: Date;
  /** Some of the accounts, at most `maxNamed`. */
  named: InstallationId[];
}

/** Over all accounts, at one moment. */
export interface SyncHealth {
  /** The most accounts first. */
  failing: FailingSyncs[];
  /** Of all codes together. */
  syncs: number;
  accounts: number;
  /** More fail than were counted. */
  isMore: boolean;
  /**
   * Of all syncs that are not paused, the one whose last success is longest ago; null before the first
   * success.
   */
  oldest: { installationId: InstallationId; sync: string; lastSuccessAt: Date } | null;
}

/** More accounts of one code are not named. */
export const maxNamed = 501;

/**
 * At most this many failing syncs are counted: each is read, and the overview is there when much fails, too.
 */
export const maxCounted = 5_000;

/**
 * `reasons`: what a failing sync waits for. A sync whose last run failed counts as failing while the
 * next one is due, in turn, at a limit or running, until that succeeds; not while an operator has paused it.
 */
export function failingFilter(reasons: readonly Waiting["for"][], code?: string): Filter<SyncDocument> {
  const wanted = code ?? { $gt: "" };
  return {
    $or: [
      { "waiting.code": wanted, "waiting.for": { $in: [...reasons] } },
      { "lastRun.code": wanted, "waiting.for": { $nin: [...reasons, "operator"] } },
    ],
  };
}

/** Reads by index; its cost grows with the number of syncs that fail, up to `maxCounted`. */
export async function readSyncHealth(
  syncs: Collection<SyncDocument>,
  reasons: readonly Waiting["for"][],
  minFailures = 1,
): Promise<SyncHealth> {
  const [found, [oldest]] = await Promise.all([
    syncs
      .find(
        minFailures > 1
          ? { ...failingFilter(reasons), failures: { $gte: minFailures } }
          : failingFilter(reasons),
        {
          projection: { installationId: 1, waiting: 1, "lastRun.code": 1, lastSuccessAt: 1, createdAt: 1 },
        },
      )
      .limit(maxCounted + 1)
      .toArray(),
    syncs
      .find(
        { lastSuccessAt: { $gt: new Date(0) }, "waiting.for": { $ne: "operator" } },
        { projection: { installationId: 1, sync: 1, lastSuccessAt: 1 } },
      )
      .sort({ lastSuccessAt: 1 })
      .limit(1)
      .toArray(),
  ]);
  const counted = found.slice(0, maxCounted);
  const byCode = Map.groupBy(counted, ({ waiting, lastRun }) =>
    "code" in waiting ? waiting.code : (lastRun?.code ?? ""),
  );
  return {
    failing: [...byCode]
      .map(([code, ofCode]) => ({
        code,
        syncs: ofCode.length,
        accounts: accountsOf(ofCode),
        since: sinceOf(ofCode),
        named: [...new Set(ofCode.map(({ installationId }) => installationId))].slice(0, maxNamed),
      }))
      .sort((a, b) => b.accounts - a.accounts || a.code.localeCompare(b.code)),
    syncs: counted.length,
    accounts: accountsOf(counted),
    isMore: found.length > maxCounted,
    oldest: oldest?.lastSuccessAt ? { ...oldest, lastSuccessAt: oldest.lastSuccessAt } : null,
  };
}

/** Of more than these, no middle is looked for. */
const maxRanked = 1_000_000;
/** A read of the index alone; where it takes longer, the page is better off without. */
const rankingMs = 5_000;

/**
 * When the sync in the middle last succeeded, of all that ever did; null where there is none, or too many to
 * count. Its cost grows with the number of syncs: not for each look.
 */
export async function readMedianSuccess(syncs: Collection<SyncDocument>): Promise<Date | null> {
  const succeeded = { lastSuccessAt: { $gt: new Date(0) } };
  const bounds = { maxTimeMS: rankingMs };
  const number = await syncs.countDocuments(succeeded, { ...bounds, limit: maxRanked + 1 });
  if (number === 0 || number > maxRanked) return null;
  const [middle] = await syncs
    .find(succeeded, { ...bounds, projection: { _id: 0, lastSuccessAt: 1 } })
    .sort({ lastSuccessAt: 1 })
    .skip(Math.floor(number / 2))
    .limit(1)
    .toArray();
  return middle?.lastSuccessAt ?? null;
}

/** Mass deletions that wait for a word, by index. */
export async function readHeldBack(
  syncs: Collection<SyncDocument>,
  limit: number,
): Promise<Pick<SyncDocument, "_id" | "installationId" | "heldBack">[]> {
  return syncs
    .find(
      { "heldBack.missing": { $gt: 0 }, "heldBack.confirmedAfter": null },
      { projection: { installationId: 1, heldBack: 1 } },
    )
    .limit(limit)
    .toArray();
}

function accountsOf(syncs: readonly SyncDocument[]): number {
  return new Set(syncs.map(({ installationId }) => installationId)).size;
}

function sinceOf(syncs: readonly SyncDocument[]): Date {
  return new Date(
    Math.min(...syncs.map(({ lastSuccessAt, createdAt }) => (lastSuccessAt ?? createdAt).getTime())),
  );
}
