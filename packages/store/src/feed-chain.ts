// The entries of a change feed that count: each names the one before it, and the sync names the newest. An
// entry of a run that ended before the sync named it is in no chain.

import type { Collection } from "mongodb";
import type { ChangesDocument } from "./feed-documents.ts";

/**
 * Ascending positions of the entries that count; `reached`: the chain goes down to where it was asked for.
 */
export interface FeedChain {
  positions: string[];
  reached: boolean;
}

/**
 * Follows the chain of one sync back from `head`: down to the entry `downTo`, which is included, or to the
 * one behind `after`, or (both null) to the beginning of the feed.
 */
export async function chainOf(
  entries: Collection<ChangesDocument>,
  syncId: string,
  { head, downTo, after = null }: { head: string; downTo?: string; after?: string | null },
): Promise<FeedChain> {
  const positions: string[] = [];
  const $gte = `${syncId}/${downTo ?? after ?? ""}`;
  const range = { _id: { $gte, $lte: `${syncId}/${head}` } };
  let wanted: string | null = head;
  for await (const entry of entries.find(range, { projection: { after: 1 } }).sort({ _id: -1 })) {
    const position = entry._id.slice(syncId.length + 1);
    if (position !== wanted || position === after) continue;
    positions.push(position);
    wanted = entry.after ?? null;
    if (position === downTo) break;
  }
  const reached = downTo === undefined ? wanted === after : positions.at(-1) === downTo;
  return { positions: positions.reverse(), reached };
}
