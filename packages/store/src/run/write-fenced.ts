// Writes of a run to documents that carry its fencing token: never over what a newer run wrote.

import {
  type AnyBulkWriteOperation,
  type Collection,
  type Document,
  MongoBulkWriteError,
  type WriteError,
} from "mongodb";
import { duplicateKey, WriteConflictError } from "../errors.ts";
import type { Fence } from "./fence.ts";

/** A document that a run creates or changes. */
export interface FencedWrite {
  _id: string;
  $set: Document;
  $setOnInsert?: Document;
}

/** A document that MongoDB refuses from any writer. */
export interface Refusal {
  _id: string;
  reason: string;
}

interface Fenced {
  _id: string;
  fencingToken: number;
}

const attempts = 4;

/**
 * What MongoDB answers for one document of a batch because of what is in it: BadValue, FailedToParse,
 * Overflow, DollarPrefixedFieldName, EmptyFieldName, DottedFieldName, DocumentValidationFailure,
 * BSONObjectTooLarge (three of them).
 */
const refusals = new Set([2, 9, 15, 52, 56, 57, 121, 10334, 17419, 17420]);

/**
 * Writes each document unless a newer run wrote it. A document with a greater token than the run's own, while
 * the run still has its sync, is none of a newer run's (a restored backup, a sync that was renamed): it is
 * taken over.
 * @returns the documents that MongoDB refused for what they hold.
 * @throws LeaseLostError when a newer run has started; WriteConflictError when it could not be told in four
 * attempts.
 */
export async function writeFenced(
  collection: Collection<Document>,
  fence: Fence,
  writes: readonly FencedWrite[],
): Promise<Refusal[]> {
  const refused: Refusal[] = [];
  const takenFrom = new Map<string, number | null>();
  let pending = writes;
  for (let attempt = 1; pending.length > 0; attempt++) {
    if (attempt > attempts)
      throw new WriteConflictError("the records changed during each attempt to write them");
    const failed = await tryWrite(collection, fence.token, pending, takenFrom);
    refused.push(...failed.filter(({ code }) => code !== duplicateKey));
    const conflicting = new Set(failed.filter(({ code }) => code === duplicateKey).map(({ _id }) => _id));
    pending = pending.filter(({ _id }) => conflicting.has(_id));
    // What a duplicate key means only reading tells: first their tokens, then whether ours is still the
    // sync's.
    const tokens = await tokensOf(collection, [...conflicting]);
    if (pending.length > 0) await fence.check();
    for (const [_id, token] of tokens)
      if (token === null || token > fence.token) takenFrom.set(_id, token);
      else takenFrom.delete(_id);
  }
  return refused;
}

/** @returns the documents that were not written, each with MongoDB's code. */
async function tryWrite(
  collection: Collection<Document>,
  fencingToken: number,
  writes: readonly FencedWrite[],
  takenFrom: ReadonlyMap<string, number | null>,
): Promise<(Refusal & { code: number })[]> {
  const operations = writes.map(({ _id, $set, $setOnInsert }) => ({
    updateOne: {
      filter: { _id, fencingToken: takenFrom.has(_id) ? takenFrom.get(_id) : { $lte: fencingToken } },
      update: { $set: { ...$set, fencingToken }, ...($setOnInsert && { $setOnInsert }) },
      upsert: true,
    },
  })) as unknown as AnyBulkWriteOperation<Document>[];
  try {
    await collection.bulkWrite(operations, { ordered: false });
    return [];
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const failures = [error.writeErrors].flat() as WriteError[];
    if (failures.length === 0 || failures.some(({ code }) => !isOfDocument(Number(code)))) throw error;
    return failures.map(({ index, code, errmsg }) => ({
      _id: writes[index]?._id ?? "",
      code: Number(code),
      reason: `MongoDB refuses it (code ${code}): ${errmsg?.slice(0, 200) ?? ""}`,
    }));
  }
}

function isOfDocument(code: number): boolean {
  return code === duplicateKey || refusals.has(code);
}

async function tokensOf(
  collection: Collection<Document>,
  ids: readonly string[],
): Promise<Map<string, number | null>> {
  if (ids.length === 0) return new Map();
  const found = await (collection as unknown as Collection<Fenced>)
    .find({ _id: { $in: [...ids] } }, { projection: { fencingToken: 1 } })
    .toArray();
  return new Map(found.map(({ _id, fencingToken }) => [_id, fencingToken ?? null]));
}
