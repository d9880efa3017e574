// How a run announces its next writes to the change feed, so that the feed describes the records exactly.

import type { RecordChange } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import { changedFields } from "../changed-fields.ts";
import { dataHash } from "../data-hash.ts";
import type { RecordDocument, SyncDocument } from "../documents.ts";
import type { Interest } from "../events/interest.ts";
import { gatherChangesMs } from "../events/relay.ts";
import { chainOf } from "../feed-chain.ts";
import type { ChangesDocument } from "../feed-documents.ts";
import { type AnnouncedChange, changesOfEntry, entryOf, inParts } from "../feed-entry.ts";
import { tokenText } from "../token-text.ts";
import type { Fence } from "./fence.ts";
import { writeFenced } from "./write-fenced.ts";

/** How one run announces its changes. */
export interface FeedWriter {
  /** Position of the first entry whose records may not be written yet; null when all are written. */
  readonly open: string | null;
  /**
   * Makes the changes durable and notifies the readers, before the records are written.
   * @throws LeaseLostError
   */
  announce(changes: AnnouncedChange[], now: Date): Promise<void>;
  /** The records of all announced changes are written. */
  close(): void;
  /**
   * Compares the last announced changes with the stored records, and announces the differences. A run that
   * takes over from one that ended between the two calls this before anything else; from then on no run with
   * an older token can write those records.
   * @throws LeaseLostError
   */
  correct(now: Date): Promise<void>;
}

/** For one run: it carries the run's fence. */
export function createFeedWriter(options: {
  entries: Collection<ChangesDocument>;
  records: () => Collection<RecordDocument>;
  fence: Fence;
  sync: Pick<SyncDocument, "feedHead" | "feedOpen">;
  interest: Interest;
}): FeedWriter {
  const { entries, records, fence, interest } = options;
  const { syncId, token } = fence;
  let { feedHead: head, feedOpen: open } = options.sync;
  let written = 0;
  let tellAt: Date | undefined;

  return {
    get open() {
      return open;
    },

    announce,

    close() {
      open = null;
    },

    async correct(now) {
      if (open === null || head === null) return;
      const announced = await lastChanges(entries, syncId, open, head);
      await announce(await correctionsOf(records(), fence, announced, now), now);
      open = null;
    },
  };

  async function announce(changes: readonly AnnouncedChange[], now: Date): Promise<void> {
    if (changes.length === 0) return;
    const documents: ChangesDocument[] = [];
    let after = head;
    for (const part of inParts(changes)) {
      const position = `${tokenText(token)}-${String(written++).padStart(8, "0")}`;
      documents.push({ _id: `${syncId}/${position}`, at: now, after, ...entryOf(part) });
      after = position;
    }
    for (const { _id, ...entry } of documents) await entries.replaceOne({ _id }, entry, { upsert: true });
    const first = documents[0]?._id.slice(syncId.length + 1) ?? null;
    // Before the write, since its result may get lost. Entries that were open before stay open.
    open ??= first;
    const resource = records().collectionName;
    const isWanted = interest.in(fence.installationId, "records.changed").length > 0;
    // Changes that follow soon are reported together with these.
    if (isWanted && !(tellAt && tellAt > now)) tellAt = new Date(now.getTime() + gatherChangesMs);
    await fence.write(
      {
        ...{ feedHead: after, feedOpen: open, lastChangeAt: now, resource },
        ...(isWanted && tellAt && { outboxAt: tellAt }),
      },
      documents.length,
      isWanted ? { untoldSince: now } : undefined,
    );
    head = after;
  }
}

/** The last change of each record in the entries from `open` to `head`. */
async function lastChanges(
  entries: Collection<ChangesDocument>,
  syncId: string,
  open: string,
  head: string,
): Promise<Map<string, RecordChange>> {
  const changes = new Map<string, RecordChange>();
  const { positions } = await chainOf(entries, syncId, { head, downTo: open });
  for (const position of positions) {
    const entry = await entries.findOne({ _id: `${syncId}/${position}` });
    for (const change of entry === null ? [] : changesOfEntry(entry)) changes.set(change.externalId, change);
  }
  return changes;
}

async function correctionsOf(
  records: Collection<RecordDocument>,
  fence: Fence,
  announced: ReadonlyMap<string, RecordChange>,
  now: Date,
): Promise<RecordChange[]> {
  const { installationId } = fence;
  // Sets the token of each record, even of one that does not exist: the run that announced it can no longer
  // write it.
  const tombstones = [...announced.values()].map(({ externalId, data }) => ({
    _id: `${installationId}/${externalId}`,
    $set: {},
    $setOnInsert: {
      installationId,
      externalId,
      data,
      hash: "",
      firstSeenAt: now,
      updatedAt: now,
      deletedAt: now,
    },
  }));
  await writeFenced(records as never, fence, tombstones);
  const stored = await records.find({ _id: { $in: tombstones.map(({ _id }) => _id) } }).toArray();
  const byExternalId = new Map(stored.map((record) => [record.externalId, record]));
  return [...announced.values()].flatMap((change): RecordChange[] => {
    const { externalId, kind, data } = change;
    const record = byExternalId.get(externalId);
    if (record === undefined || record.deletedAt !== null)
      return kind === "deleted" ? [] : [{ externalId, kind: "deleted", fields: [], data }];
    if (kind !== "deleted" && dataHash(record.data) === dataHash(data)) return [];
    const fields = changedFields(kind === "deleted" ? undefined : data, record.data);
    return [{ externalId, kind: kind === "deleted" ? "created" : "updated", fields, data: record.data }];
  });
}
