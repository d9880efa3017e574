// Writes the records of one page: those that are new, changed or back; each change is announced to the feed
// first.

import { noChanges, type RecordChanges } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import { changedFields } from "../changed-fields.ts";
import { canonicalJson, hashOfText } from "../data-hash.ts";
import type { RecordDocument } from "../documents.ts";
import type { AnnouncedChange } from "../feed-entry.ts";
import type { FeedWriter } from "./feed-writer.ts";
import type { Fence } from "./fence.ts";
import { insertNew } from "./insert-new.ts";
import type { Look, Stored } from "./look.ts";
import type { SetAsideItem } from "./set-aside.ts";
import type { Steady } from "./steady.ts";
import { storableOf } from "./storable.ts";
import { type FencedWrite, type Refusal, writeFenced } from "./write-fenced.ts";

/** One thing of a resource as Trackunit gave it. */
export interface FetchedRecord {
  externalId: string;
  data: unknown;
}

/** What became of the records of one page. */
export interface WrittenRecords {
  changes: RecordChanges;
  /** What cannot be stored. */
  refused: SetAsideItem[];
}

/** A record that differs from what is stored. */
interface Difference {
  _id: string;
  record: FetchedRecord;
  hash: string;
  /** Where it says all of the data. */
  json: string | undefined;
  /** At most, in MongoDB. */
  bytes: number;
  kind: "created" | "updated";
  /** Whether nothing is stored of it, not even that it was deleted. */
  isNew: boolean;
}

/** A record of the page, and what tells whether it changed. */
interface Read {
  record: FetchedRecord;
  json: string;
  hash: string;
}

/**
 * May be repeated. `alsoSeen`: external ids of what the page held beside the records, which are not missing
 * either. `steady` gets the page's digest; a page that is as the last run left it is not compared with what
 * is stored.
 * @throws LeaseLostError when a newer run has started.
 */
export async function writeRecords(
  {
    records,
    feed,
    fence,
    steady,
    look,
  }: { records: Collection<RecordDocument>; feed: FeedWriter; fence: Fence; steady: Steady; look: Look },
  page: { records: readonly FetchedRecord[]; alsoSeen: readonly string[] },
  now: Date,
): Promise<WrittenRecords> {
  if (steady.isSame(records.collectionName, page.records)) {
    const unchanged = new Set(page.records.map(({ externalId }) => externalId)).size;
    return { changes: { ...noChanges, unchanged }, refused: [] };
  }
  const idOf = (externalId: string) => `${fence.installationId}/${externalId}`;
  const byId = new Map(page.records.map((record) => [idOf(record.externalId), readOf(record)]));
  const stored = await look(records, [...byId.keys(), ...page.alsoSeen.map(idOf)]);
  const { differences, refused } = differencesOf(byId, stored, fence.firstToken);
  if (differences.length > 0) {
    await feed.announce(await changesOf(records, differences), now);
    const refusals = await write(records, fence, differences, now);
    if (refusals.length > 0) await feed.correct(now);
    feed.close();
    refused.push(...refusals.map((refusal) => refusedItem(byId, refusal)));
  }
  const changed = new Set(differences.map(({ _id }) => _id));
  const back = [...stored.values()].filter(({ _id, missingSince }) => missingSince && !changed.has(_id));
  await forgetMissing(
    { records, fence },
    back.map(({ _id }) => _id),
  );
  return { changes: counted(byId.size, differences, refused), refused };
}

function readOf(record: FetchedRecord): Read {
  const json = canonicalJson(record.data);
  return { record, json, hash: hashOfText(json) };
}

function counted(
  all: number,
  differences: readonly Difference[],
  refused: readonly SetAsideItem[],
): RecordChanges {
  const gone = new Set(refused.map(({ externalId }) => externalId));
  const written = differences.filter(({ record }) => !gone.has(record.externalId));
  const created = written.filter(({ kind }) => kind === "created").length;
  const unchanged = all - written.length - refused.length;
  return { ...noChanges, created, updated: written.length - created, unchanged };
}

function differencesOf(
  byId: ReadonlyMap<string, Read>,
  stored: ReadonlyMap<string, Stored>,
  firstToken: number,
): { differences: Difference[]; refused: SetAsideItem[] } {
  const differences: Difference[] = [];
  const refused: SetAsideItem[] = [];
  for (const [_id, { record, json, hash }] of byId) {
    const before = stored.get(_id);
    // The feed knows nothing of what a run from before the account was forgotten wrote afterwards.
    const isKnown = before !== undefined && !(before.fencingToken < firstToken);
    const isPresent = isKnown && before.deletedAt === null;
    if (isPresent && before.hash === hash) continue;
    const { externalId } = record;
    const storable = storableOf(record.data, json);
    if ("fault" in storable) refused.push({ externalId, item: record.data, reasons: [storable.fault] });
    else
      differences.push({
        _id,
        record: { externalId, data: storable.data },
        hash,
        json: storable.isJson ? json : undefined,
        bytes: storable.bytes,
        kind: isPresent ? "updated" : "created",
        isNew: before === undefined,
      });
  }
  return { differences, refused };
}

function refusedItem(byId: ReadonlyMap<string, Read>, { _id, reason }: Refusal): SetAsideItem {
  const record = byId.get(_id)?.record;
  return { externalId: record?.externalId, item: record?.data, reasons: [reason] };
}

/** What the feed says of them; the data before is read only for those that were updated. */
async function changesOf(
  records: Collection<RecordDocument>,
  differences: readonly Difference[],
): Promise<AnnouncedChange[]> {
  const updated = differences.filter(({ kind }) => kind === "updated").map(({ _id }) => _id);
  const before = new Map<string, unknown>();
  if (updated.length > 0)
    for await (const { _id, data } of records.find({ _id: { $in: updated } }, { projection: { data: 1 } }))
      before.set(_id, data);
  return differences.map(({ _id, record: { externalId, data }, json, kind }) => ({
    externalId,
    kind,
    // Those of what was created are told from its data when they are read.
    fields: kind === "created" ? [] : changedFields(before.get(_id), data),
    data,
    json,
  }));
}

async function write(
  records: Collection<RecordDocument>,
  fence: Fence,
  differences: readonly Difference[],
  now: Date,
): Promise<Refusal[]> {
  const fresh = differences.filter(({ isNew }) => isNew);
  const inserted = await insertNew(
    records,
    fresh.map((difference) => ({ document: documentOf(fence, difference, now), bytes: difference.bytes })),
  );
  // The others: what became of those that are not certain to be there, this tells.
  const left = differences.filter(({ _id }) => !inserted.has(_id));
  return writeFenced(
    records as never,
    fence,
    left.map((difference) => writeOf(fence, difference, now)),
  );
}

/** As it is inserted. */
function documentOf(
  { installationId, token: fencingToken }: Fence,
  { _id, record: { externalId, data }, hash }: Difference,
  now: Date,
): RecordDocument {
  const times = { firstSeenAt: now, updatedAt: now, deletedAt: null };
  return { _id, installationId, externalId, data, hash, ...times, fencingToken };
}

function writeOf({ installationId }: Fence, { _id, record, hash }: Difference, now: Date): FencedWrite {
  const { externalId, data } = record;
  return {
    _id,
    $set: { installationId, externalId, data, hash, updatedAt: now, deletedAt: null, missingSince: null },
    $setOnInsert: { firstSeenAt: now },
  };
}

async function forgetMissing(
  { records, fence }: { records: Collection<RecordDocument>; fence: Fence },
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await records.updateMany(
    { _id: { $in: [...ids] }, fencingToken: { $lte: fence.token } },
    { $set: { missingSince: null, fencingToken: fence.token } },
  );
}
