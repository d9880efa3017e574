// The short way to write records that are not there yet: one command of plain inserts. The driver's bulk
// write asks each document for its size, and an upsert sends its key twice; together that costs as much as
// the writing itself.

import { type Collection, MongoError, WriteConcern } from "mongodb";
import type { RecordDocument } from "../documents.ts";

/** Half a dozen fields of ours beside the data, and the ids of up to 512 characters in two of them. */
const fieldsBytes = 4 * 1024;
/** The driver serializes a command into 17 MiB. */
const maxCommandBytes = 15 * 1024 * 1024;

interface NewRecord {
  document: RecordDocument;
  /** Of its data, at most. */
  bytes: number;
}

/**
 * Each record is inserted, or not: because it is there, because MongoDB refuses it, or because the
 * result of the command is unknown; the driver does not repeat it.
 * @returns the ids of those that are certain to be there, acknowledged as the collection demands.
 */
export async function insertNew(
  collection: Collection<RecordDocument>,
  documents: readonly NewRecord[],
): Promise<Set<string>> {
  const inserted = new Set<string>();
  for (const part of inCommands(documents))
    for (const _id of await insertPart(collection, part)) inserted.add(_id);
  return inserted;
}

function* inCommands(documents: readonly NewRecord[]): Generator<RecordDocument[]> {
  let part: RecordDocument[] = [];
  let sum = 0;
  for (const { document, bytes } of documents) {
    if (part.length > 0 && sum + bytes + fieldsBytes > maxCommandBytes) {
      yield part;
      part = [];
      sum = 0;
    }
    part.push(document);
    sum += bytes + fieldsBytes;
  }
  if (part.length > 0) yield part;
}

async function insertPart(
  collection: Collection<RecordDocument>,
  documents: readonly RecordDocument[],
): Promise<string[]> {
  const command = { insert: collection.collectionName, documents, ordered: false };
  try {
    const answer = await collection.db.command(WriteConcern.apply(command, collection.writeConcern ?? {}));
    if (answer.writeConcernError !== undefined) return [];
    const failed = new Set((answer.writeErrors ?? []).map(({ index }: { index: number }) => index));
    return documents.flatMap(({ _id }, index) => (failed.has(index) ? [] : [_id]));
  } catch (error) {
    if (!(error instanceof MongoError)) throw error;
    return [];
  }
}
