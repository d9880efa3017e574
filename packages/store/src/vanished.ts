// What vanished: after every page of a pass has been read, the records that none of its pages held are marked deleted.

import type { RecordChange } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import type { ChangeFeed } from "./change-feed.ts";
import type { PassPageDocument, RecordDocument } from "./documents.ts";
import { idsUnder } from "./id-range.ts";
import type { RunScope } from "./run-scope.ts";

/** So many stored records are looked at in one step. */
const stepSize = 1_000;

export interface SweepStep {
  /** How many records the step marked. */
  deleted: number;
  /** The `_id` up to which all records have been looked at; null when that was the last step. */
  sweptTo: string | null;
}

/**
 * Goes through the installation's stored records in steps, from behind `after`. Between two steps the caller can make its
 * progress durable and stop. May be repeated. Holds the external ids of the pass in memory.
 */
export async function* sweepVanished(
  collections: {
    records: Collection<RecordDocument>;
    passPages: Collection<PassPageDocument>;
    feed: ChangeFeed;
  },
  scope: RunScope,
  { after, page, now }: { after: string | null; page: number; now: Date },
): AsyncGenerator<SweepStep> {
  const { records, passPages, feed } = collections;
  const seen = await idsOfPass(passPages, scope);
  const { $gte: begin, $lt: end } = idsUnder<string>(scope.installationId);
  let position = after ?? begin;
  for (let feedPage = page; ; feedPage++) {
    const stored = await records
      .find({ _id: { $gt: position, $lt: end } }, { projection: { externalId: 1, deletedAt: 1 } })
      .sort({ _id: 1 })
      .limit(stepSize)
      .toArray();
    const vanished = stored.filter(
      ({ externalId, deletedAt }) => deletedAt === null && !seen.has(externalId),
    );
    const deleted = await markDeleted({ records, feed }, scope, {
      ids: vanished.map(({ _id }) => _id),
      feedPage,
      now,
    });
    const last = stored.length === stepSize ? stored.at(-1) : undefined;
    yield { deleted, sweptTo: last?._id ?? null };
    if (last === undefined) return;
    position = last._id;
  }
}

async function idsOfPass(
  passPages: Collection<PassPageDocument>,
  { syncId, passId }: RunScope,
): Promise<Set<string>> {
  const seen = new Set<string>();
  for await (const { externalIds } of passPages.find({ _id: idsUnder(`${syncId}/${passId}`) }))
    for (const externalId of externalIds) seen.add(externalId);
  return seen;
}

async function markDeleted(
  { records, feed }: { records: Collection<RecordDocument>; feed: ChangeFeed },
  scope: RunScope,
  { ids, feedPage, now }: { ids: string[]; feedPage: number; now: Date },
): Promise<number> {
  if (ids.length === 0) return 0;
  const gone = await records
    .find({ _id: { $in: ids } }, { projection: { externalId: 1, data: 1 } })
    .toArray();
  const changes = gone.map(
    ({ externalId, data }): RecordChange => ({ externalId, kind: "deleted", fields: [], data }),
  );
  await feed.append(scope, feedPage, changes, now);
  const { fencingToken } = scope;
  const update = { $set: { deletedAt: now, updatedAt: now, fencingToken } };
  const writes = ids.map((_id) => ({
    updateOne: { filter: { _id, deletedAt: null, fencingToken: { $lte: fencingToken } }, update },
  }));
  return (await records.bulkWrite(writes, { ordered: false })).modifiedCount;
}
