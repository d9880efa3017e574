// How an entry of the change feed is stored. Which records it is about can be asked for; what they hold is
// one compressed text, so that a first pass does not write everything at full length twice.

import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { RecordChange } from "@fleetkeeper/model";
import { Binary, BSON } from "mongodb";
import { changedFields } from "./changed-fields.ts";
import type { ChangesDocument } from "./feed-documents.ts";
import { storedFormOf } from "./run/storable.ts";

/** A change that is announced. `json`: canonical JSON, where that says all of its data. */
export type AnnouncedChange = RecordChange & { json?: string | undefined };

type Entry = Pick<ChangesDocument, "changes" | "texts">;

/** An entry holds at most this much, or a single change. MongoDB takes 16 MiB. */
const maxEntryBytes = 4 * 1024 * 1024;
/** A character takes up to three bytes; two more for each comma and the brackets. */
const maxTextBytes = 4 * maxEntryBytes;

/** The changes in parts, each of which fits an entry. */
export function* inParts(changes: readonly AnnouncedChange[]): Generator<AnnouncedChange[]> {
  let part: AnnouncedChange[] = [];
  let bytes = 0;
  for (const change of changes) {
    const size = hasText(change) ? change.json.length : BSON.calculateObjectSize({ data: change.data });
    if (part.length > 0 && bytes + size > maxEntryBytes) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(change);
    bytes += size;
  }
  yield part;
}

/** What an entry holds of them. */
export function entryOf(changes: readonly AnnouncedChange[]): Entry {
  const texts: string[] = [];
  const stored = changes.map((change) => {
    const { externalId, kind, fields, data } = change;
    const of: Entry["changes"][number] = { externalId, kind };
    // All of them when it was created: its data says so.
    if (kind !== "created") of.fields = fields;
    if (hasText(change)) texts.push(change.json);
    else of.data = data;
    return of;
  });
  if (texts.length === 0) return { changes: stored };
  // A millisecond for a megabyte.
  return { changes: stored, texts: new Binary(zstdCompressSync(`[${texts.join()}]`)) };
}

/** The changes of an entry, also of one whose data is not compressed, as earlier versions wrote them. */
export function changesOfEntry({ changes, texts }: Entry): RecordChange[] {
  const unread = texts === undefined ? [] : readTexts(texts);
  let next = 0;
  return changes.map((change) => {
    const { externalId, kind } = change;
    const data = "data" in change ? change.data : unread[next++];
    return { externalId, kind, fields: change.fields ?? changedFields(undefined, data), data };
  });
}

function readTexts(texts: Binary): unknown[] {
  const json = zstdDecompressSync(texts.buffer, { maxOutputLength: maxTextBytes });
  return storedFormOf(json.toString()) as unknown[];
}

/** A very long text is left to MongoDB, which knows how to bound it. */
function hasText(change: AnnouncedChange): change is AnnouncedChange & { json: string } {
  return change.json !== undefined && change.json.length <= maxEntryBytes;
}
