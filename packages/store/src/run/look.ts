// What is stored of a page's records: read from MongoDB, except in a first pass that found nothing of the
// account, where only what this run wrote can be there.

import type { Collection } from "mongodb";
import type { RecordDocument, SyncDocument } from "../documents.ts";
import { idsUnder } from "../id-range.ts";

/** What a page is compared with. */
export type Stored = Pick<RecordDocument, "_id" | "hash" | "deletedAt" | "fencingToken" | "missingSince">;

/** What is stored under these ids. To be called once for each page, before it is written. */
export type Look = ReturnType<typeof createLook>;

/** So many ids are kept in memory, about a megabyte. */
const maxIds = 10_000;

/** Of one run. `sync`: as the run's start left it. */
export function createLook(
  sync: Pick<SyncDocument, "installationId" | "lastRun" | "checkpoint" | "feedOpen">,
) {
  // Whatever an earlier run may have written, it announced first, and left that open or saved a checkpoint.
  const isFirst = sync.lastRun === null && sync.checkpoint === null && sync.feedOpen === null;
  /** What this run has read since it found nothing; undefined: something else may be stored. */
  let read: Set<string> | undefined = isFirst ? new Set() : undefined;

  return async (
    records: Collection<RecordDocument>,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, Stored>> => {
    if (read?.size === 0 && (await hasRecords(records, sync.installationId))) read = undefined;
    const before = read;
    const areNew = before !== undefined && !ids.some((id) => before.has(id));
    for (const id of ids) before?.add(id);
    if (before !== undefined && before.size > maxIds) read = undefined;
    return areNew ? new Map() : storedOf(records, ids);
  };
}

async function hasRecords(records: Collection<RecordDocument>, installationId: string): Promise<boolean> {
  const one = await records.findOne({ _id: idsUnder(installationId) }, { projection: { _id: 1 } });
  return one !== null;
}

async function storedOf(
  records: Collection<RecordDocument>,
  ids: readonly string[],
): Promise<Map<string, Stored>> {
  const projection = { hash: 1, deletedAt: 1, fencingToken: 1, missingSince: 1 };
  // All in one answer.
  const found = records.find<Stored>({ _id: { $in: [...ids] } }, { projection, batchSize: ids.length + 1 });
  return new Map((await found.toArray()).map((one) => [one._id, one]));
}
