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
  return { changes: stored, texts: new Binary(zstdCompressSync(listOf(texts))) };
}

/** Used again and again: to join the texts as a string of this size takes longer than to compress them. */
const room = Buffer.allocUnsafeSlow(1024 * 1024);

/** The JSON of a list of these. To be used before the next one is made. */
function listOf(texts: readonly string[]): Buffer {
  const most = texts.reduce((sum, { length }) => sum + maxBytesOfCharacter * length + 1, 1);
  const list = most <= room.length ? room : Buffer.allocUnsafe(most);
  let end = 0;
  for (const text of texts) {
    list[end] = end === 0 ? bracket : comma;
    end += 1 + list.write(text, end + 1);
  }
  list[end] = closingBracket;
  return list.subarray(0, end + 1);
}

/** In UTF-8, of a string's 16 bits. */
const maxBytesOfCharacter = 3;
const [bracket, comma, closingBracket] = [0x5b, 0x2c, 0x5d];

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
