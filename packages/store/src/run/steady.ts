// What lets a run leave out the comparison with what is stored: a page that is, record by record, what the
// run before read there, where that run left everything as it read it and no other has begun since.

import { hash } from "node:crypto";
import type { SteadyPages, SyncDocument } from "../documents.ts";

/** Of an account with more pages nothing is remembered: it is read with each look at its sync. */
const maxPages = 20;
/** A manual change in a collection of records is corrected after this at the latest. */
const maxAgeMs = 6 * 60 * 60_000;
/** Settling, dispatching and starting make a sync's fencing token greater by one each. */
const tokensToTheNextRun = 3;

/** For one run, and the pass that it begins. */
export type Steady = ReturnType<typeof createSteady>;

/** `sync`: as the run's start left it. */
export function createSteady(
  { fencingToken, checkpoint, feedOpen, steady, lastRun }: SyncDocument,
  startedAt: Date,
) {
  const isOfLastRun =
    steady?.forToken === fencingToken &&
    startedAt.getTime() - steady.since.getTime() < maxAgeMs &&
    feedOpen === null;
  /** Undefined once a page was different. */
  let known = isOfLastRun ? steady : undefined;
  /**
   * Undefined where not every page of the pass is one of this run's, or one cannot be remembered; and in a
   * sync's first pass, which leaves nothing for the next run.
   */
  let seen: string[] | undefined = checkpoint === null && lastRun !== null ? [] : undefined;

  return {
    /** Whether this page, the next one of the pass, is as the last run left it. */
    isSame(resource: string, records: readonly object[]): boolean {
      if (seen === undefined) return false;
      const digest = digestOf(resource, records);
      if (known?.pages[seen.length] !== digest) known = undefined;
      seen.push(digest);
      if (seen.length > maxPages) {
        known = undefined;
        seen = undefined;
      }
      return known !== undefined;
    },

    /** Whether all pages until now are as the last run left them. */
    isWholeUntilNow: (): boolean => known !== undefined && (seen?.length ?? 0) > 0,

    /** What is stored is not what the pass read: nothing is remembered. */
    stop(): void {
      known = undefined;
      seen = undefined;
    },

    /** Whether all of the pass, which is at its end, is as the last run left it. */
    isWhole(): boolean {
      return known !== undefined && known.pages.length === seen?.length;
    },

    /** For the next run. Only after a pass that ended, missed nothing and set nothing aside. */
    kept(): SteadyPages | null {
      if (seen === undefined) return null;
      return { forToken: fencingToken + tokensToTheNextRun, since: known?.since ?? startedAt, pages: seen };
    },
  };
}

/**
 * The same for the same records in the same order, in the same collection. The fields of each are in the
 * order in which the API sent them: to sort them takes longer than all the rest, and a page whose fields come
 * in another order is only compared once more.
 */
function digestOf(resource: string, records: readonly object[]): string {
  return hash("sha256", JSON.stringify([resource, records]), "base64url").slice(0, 22);
}
