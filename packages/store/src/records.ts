// Records of all installations, to read. Runs write them.

import { type InstallationId, isResource } from "@fleetkeeper/model";
import { BSON, type Collection, type Db, type Filter } from "mongodb";
import { cursorOf, keyOf } from "./cursor.ts";
import type { RecordDocument } from "./documents.ts";
import { type IdRange, idsOf, idsUnder } from "./id-range.ts";
import { jsonOf } from "./run/storable.ts";

/** Records to read. Runs write them. */
export type Records = ReturnType<typeof createRecords>;

/** Which records, and where the page begins. */
export interface RecordQuery {
  /** A collection of records; any other name is refused. */
  resource: string;
  whose: Parameters<typeof idsOf>[0];
  /** External ids; of more than one installation they are searched for. */
  ids?: readonly string[];
  /** Absent: those that are not deleted. */
  deleted?: "include" | "only";
  /** Only those with this in their id or their name, in upper or lower case. */
  search?: string;
  /** Only what was written at that time or later. */
  changedSince?: Date;
  /** Of the data only these fields, by dotted path; absent: all. */
  fields?: readonly string[];
  /** `next` of the page before. */
  after?: string;
  /**
   * A page ends early when it has 4 MiB, or has looked at 10 000 records of which few fit: it may even be
   * empty. A search continues, 10 000 at a time, for up to `searchMs`.
   */
  limit: number;
  /** Default 500. */
  searchMs?: number;
  /** Records that are looked at together. Default 10 000. */
  atOnce?: number;
}

/** `data` is ready for JSON. */
export type RecordRow = Pick<
  RecordDocument,
  "installationId" | "externalId" | "data" | "firstSeenAt" | "updatedAt" | "deletedAt"
>;

/** One page of records. */
export interface RecordPage {
  rows: RecordRow[];
  /** Where the next page begins; undefined after the last. */
  next: string | undefined;
  /** The number of records that were looked at, when the page ended early because few of them fit. */
  lookedAt?: number;
}

const maxPageBytes = 4 * 1024 * 1024;
/** Records that are looked at together when few of them may fit. */
const defaultAtOnce = 10_000;
const defaultSearchMs = 500;

/** Of this database. */
export function createRecords(db: Db) {
  return {
    /** Records of one installation that are not deleted. `upTo`: counts at most this many. */
    async count(
      resource: string,
      installationId: InstallationId,
      { upTo }: { upTo?: number } = {},
    ): Promise<number> {
      return db
        .collection<RecordDocument>(resource)
        .countDocuments(
          { _id: idsUnder(installationId), deletedAt: null },
          upTo === undefined ? {} : { limit: upTo },
        );
    },

    /** One record, deleted or not; null where there is none. */
    async find(
      resource: string,
      installationId: InstallationId,
      externalId: string,
    ): Promise<RecordRow | null> {
      if (!isResource(resource)) return null;
      const _id = `${installationId}/${externalId}`;
      const found = await db
        .collection<RecordDocument>(resource)
        .findOne({ _id }, { projection: projectionOf({}) });
      return found && { ...found, data: jsonOf(found.data) };
    },

    /**
     * A page of records in the order of their ids, which never change: even if records are written meanwhile,
     * none that exists all the time is left out, and none is returned twice.
     * @throws TypeError when `after` is not one that a page gave.
     */
    async page(query: RecordQuery): Promise<RecordPage> {
      const { resource, search, searchMs = defaultSearchMs } = query;
      if (!isResource(resource)) return { rows: [], next: undefined };
      const records = db.collection<RecordDocument>(resource);
      const endsAtMs = performance.now() + searchMs;
      let lookedAt = 0;
      let { after } = query;
      for (;;) {
        const { isScanEnd, ...page } = await somePage(
          records,
          after === undefined ? query : { ...query, after },
        );
        if (!isScanEnd) return page;
        lookedAt += query.atOnce ?? defaultAtOnce;
        after = page.next;
        const isOver = search === undefined || performance.now() > endsAtMs;
        if (page.rows.length > 0 || isOver) return { ...page, lookedAt };
      }
    },
  };
}

/** The fitting ones of at most `atOnce` records. `isScanEnd`: all of these were looked at. */
async function somePage(
  records: Collection<RecordDocument>,
  query: RecordQuery,
): Promise<RecordPage & { isScanEnd?: true }> {
  const { limit, after, atOnce = defaultAtOnce } = query;
  const range = rangeOf(query);
  const lastScanned = isSelective(query) ? await scanEnd(records, range, atOnce) : undefined;
  const found = records
    .find(filterOf(query, { ...range, ...(lastScanned === undefined ? {} : { $lte: lastScanned }) }), {
      projection: projectionOf(query),
      batchSize: limit + 1,
    })
    .sort({ _id: 1 })
    .limit(limit + 1);
  const rows: RecordRow[] = [];
  let bytes = 0;
  let lastId = after === undefined ? "" : keyOf(after, 1)[0];
  for await (const { _id, ...record } of found) {
    if (rows.length === limit || bytes > maxPageBytes) return { rows, next: cursorOf(lastId) };
    bytes += BSON.calculateObjectSize(record);
    rows.push({ ...record, data: jsonOf(record.data) });
    lastId = _id;
  }
  return lastScanned === undefined
    ? { rows, next: undefined }
    : { rows, next: cursorOf(lastScanned), isScanEnd: true };
}

type Range = IdRange & { $gt?: string; $in?: string[] };

function rangeOf({ whose, after, ids }: RecordQuery): Range {
  const behind = after === undefined ? undefined : keyOf(after, 1)[0];
  const $in =
    ids !== undefined && whose !== "all" && "installationId" in whose
      ? ids.map((id) => `${whose.installationId}/${id}`)
      : undefined;
  return {
    ...idsOf(whose),
    ...(behind === undefined ? {} : { $gt: behind }),
    ...($in === undefined ? {} : { $in }),
  };
}

/** Whether few records may fit, so that finding a page of them could take too long. */
function isSelective(query: RecordQuery): boolean {
  const { changedSince, deleted, ids, search } = query;
  if (ids !== undefined) return !isOfOne(query);
  return changedSince !== undefined || deleted === "only" || search !== undefined;
}

function isOfOne({ whose }: RecordQuery): boolean {
  return whose !== "all" && "installationId" in whose;
}

/** The last record that one page looks at; undefined when it can look at all that are left. */
async function scanEnd(
  records: Collection<RecordDocument>,
  range: Range,
  atOnce: number,
): Promise<string | undefined> {
  // For most accounts it can; a count from an index shows that sooner than a read of their last record.
  if ((await records.countDocuments({ _id: range }, { limit: atOnce })) < atOnce) return undefined;
  const [last] = await records
    .find({ _id: range }, { projection: { _id: 1 } })
    .sort({ _id: 1 })
    .skip(atOnce - 1)
    .limit(1)
    .toArray();
  return last?._id;
}

function filterOf(query: RecordQuery, _id: Range & { $lte?: string }) {
  const { deleted, changedSince, search, ids } = query;
  const filter: Filter<RecordDocument> = { _id };
  if (ids !== undefined && !isOfOne(query)) filter.externalId = { $in: [...ids] };
  if (deleted === undefined) filter.deletedAt = null;
  if (deleted === "only") filter.deletedAt = { $ne: null };
  if (changedSince !== undefined) filter.updatedAt = { $gte: changedSince };
  if (search !== undefined) {
    const $regex = search.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    filter.$or = nameFields.map(
      (field) => ({ [field]: { $regex, $options: "i" } }) as Filter<RecordDocument>,
    );
  }
  return filter;
}

/** The fields that may hold a record's name, of all resources. */
const nameFields = ["externalId", "data.name", "data.serialNumber", "data.EquipmentHeader.EquipmentID"];

function projectionOf({ fields }: Pick<RecordQuery, "fields">): Record<string, 1> {
  const own = { installationId: 1, externalId: 1, firstSeenAt: 1, updatedAt: 1, deletedAt: 1 } as const;
  if (fields === undefined) return { ...own, data: 1 };
  // MongoDB refuses a field together with a field inside it.
  const outermost = fields.filter((field) => !fields.some((other) => field.startsWith(`${other}.`)));
  return { ...own, ...Object.fromEntries(outermost.map((field) => [`data.${field}`, 1 as const])) };
}
