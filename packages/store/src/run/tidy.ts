// Keeps what a sync leaves behind within bounds, also of one that never succeeds: by count and by age,
// whichever is less.

import type { OwnCollection } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import type { RecordDocument, SetAsideDocument, SyncDocument } from "../documents.ts";
import type { FeedCursorDocument } from "../feed-documents.ts";
import { idsUnder } from "../id-range.ts";
import { ownCollection } from "../own-collection.ts";
import { tokenText } from "../token-text.ts";
import type { Fence } from "./fence.ts";
import { maxSetAside } from "./set-aside.ts";

const dayMs = 86_400_000;

/** Of what one sync leaves behind: the newest, and none older than `ms`. */
export const bounds = {
  /** Ended runs of a sync. */
  runs: { count: 50, ms: 14 * dayMs },
  /** Entries of a sync's change feed. A consumer that was away longer is notified of the gap. */
  changes: { count: 20_000, ms: 7 * dayMs },
  /** Consumers of a sync's change feed. */
  feedCursors: { count: 100 },
} as const;

/** A sync is tidied when it added this many documents, and once a day. */
const tidyAfter = 10;

/** Whether enough was written, or enough time has passed, since it was last tidied. */
export function isTidyDue(
  { untidied, tidiedAt }: Pick<SyncDocument, "untidied" | "tidiedAt">,
  now: Date,
): boolean {
  return untidied >= tidyAfter || now.getTime() - tidiedAt.getTime() >= dayMs;
}

/** Deletes what is beyond the bounds. A second call finds nothing to do. */
export async function tidy(db: Db, syncId: string, now: Date): Promise<void> {
  for (const name of ["runs", "changes"] as const) {
    const { count, ms } = bounds[name];
    const dated = ownCollection<{ _id: string; at: Date }>(db, name);
    await dated.deleteMany({ _id: idsUnder(syncId), at: { $lt: new Date(now.getTime() - ms) } });
    await keepNewest(dated, syncId, count - tidyAfter);
  }
  const setAside: Collection<SetAsideDocument> = ownCollection(db, "setAside");
  const [first] = await setAside
    .find({ _id: idsUnder(syncId) }, { projection: { _id: 1 } })
    .sort({ _id: 1 })
    .skip(maxSetAside)
    .limit(1)
    .toArray();
  if (first !== undefined)
    await setAside.deleteMany({ _id: { $gte: first._id, $lt: idsUnder<string>(syncId).$lt } });
  await forgetConsumers(ownCollection(db, "feedCursors"), syncId);
}

/** Of too many consumers those that confirmed nothing for the longest time, unless they do now. */
async function forgetConsumers(cursors: Collection<FeedCursorDocument>, syncId: string): Promise<void> {
  const stale = await cursors
    .find({ _id: idsUnder(syncId) }, { projection: { confirmedAt: 1 } })
    .sort({ confirmedAt: -1 })
    .skip(bounds.feedCursors.count)
    .toArray();
  for (const { _id, confirmedAt } of stale)
    await cursors.deleteOne({ _id, confirmedAt: confirmedAt ?? (null as never) });
}

/**
 * Before the first run of an account that was forgotten and installed again: deletes what runs from before
 * wrote after the data was deleted. Of each of the documents, either its id ends in a fencing token or it has
 * one.
 */
export async function deleteEarlier(
  db: Db,
  { installationId, syncId, firstToken }: Fence,
  resource: string,
): Promise<void> {
  const own = (name: OwnCollection) => ownCollection<{ _id: string; fencingToken?: number }>(db, name);
  const byId = { _id: { $gte: `${syncId}/`, $lt: `${syncId}/${tokenText(firstToken)}` } };
  for (const name of ["runs", "changes", "passPages"] as const) await own(name).deleteMany(byId);
  const fencingToken = { $lt: firstToken };
  await own("setAside").deleteMany({ _id: idsUnder(syncId), fencingToken });
  const records = db.collection<RecordDocument>(resource);
  await records.deleteMany({ _id: idsUnder(installationId), fencingToken });
}

/** Of ids that grow with time. */
async function keepNewest(
  collection: Collection<{ _id: string; at: Date }>,
  syncId: string,
  count: number,
): Promise<void> {
  const [oldestKept] = await collection
    .find({ _id: idsUnder(syncId) }, { projection: { _id: 1 } })
    .sort({ _id: -1 })
    .skip(count - 1)
    .limit(1)
    .toArray();
  if (oldestKept !== undefined)
    await collection.deleteMany({ _id: { $gte: `${syncId}/`, $lt: oldestKept._id } });
}
