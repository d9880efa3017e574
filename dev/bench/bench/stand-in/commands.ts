// The commands of MongoDB's that the store sends while a run reads, carried out in memory. Any other is an
// error that names it.

import { type Document, Long } from "mongodb";
import { createMemoryCollection, type MemoryCollection } from "./memory-collection.ts";

const hello = {
  ismaster: true,
  isWritablePrimary: true,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  minWireVersion: 0,
  maxWireVersion: 21,
  readOnly: false,
};
const duplicateKey = 11_000;

type Carry = (collection: MemoryCollection, command: Document) => Document;

const commands: Record<string, Carry> = {
  hello: () => ({ ...hello, localTime: new Date() }),
  ismaster: () => ({ ...hello, localTime: new Date() }),
  ping: () => ({}),
  endSessions: () => ({}),
  createIndexes: () => ({}),
  // All ends with the process.
  dropDatabase: () => ({}),
  find: (collection, command) => cursor(command.find, collection.find(command)),
  aggregate: (collection, command) => cursor(command.aggregate, aggregated(collection, command.pipeline)),
  insert(collection, { documents }) {
    const met = documents.map((document: Document) => !collection.insert(document));
    return written(met.length, met);
  },
  update(collection, { updates }) {
    const done = updates.map(collection.update);
    const upserted = done.flatMap(({ upserted: _id }: Document, index: number) =>
      _id === undefined ? [] : [{ index, _id }],
    );
    const matched = done.reduce((sum: number, one: Document) => sum + one.matched, 0);
    const failed = done.map(({ isDuplicate = false }: Document) => isDuplicate);
    return { ...written(matched + upserted.length, failed), nModified: matched, upserted };
  },
  delete(collection, { deletes }) {
    const n = deletes.reduce((sum: number, one: Document) => sum + collection.delete(one.q, one.limit), 0);
    return { n };
  },
  findAndModify(collection, { query, update, upsert = false, new: after = false }) {
    const [before] = after ? [] : collection.find({ filter: query, limit: 1 }).map((found) => ({ ...found }));
    const { document } = collection.update({ q: query, u: update, upsert });
    return { value: (after ? document : before) ?? null };
  },
};

/** One database, with any name. */
export function createCommands(): (command: Document) => Document {
  const collections = new Map<string, MemoryCollection>();
  return (command) => {
    const [name = "", target] = Object.entries(command)[0] ?? [];
    const carry = commands[name];
    if (carry === undefined)
      return {
        ok: 0,
        code: 59,
        codeName: "CommandNotFound",
        errmsg: `the stand-in knows no command ${name}`,
      };
    const collection = collections.get(String(target)) ?? createMemoryCollection();
    collections.set(String(target), collection);
    try {
      return { ok: 1, ...carry(collection, command) };
    } catch (error) {
      return { ok: 0, code: 2, codeName: "BadValue", errmsg: `${name} ${target}: ${String(error)}` };
    }
  };
}

/** All in the first answer. */
function cursor(collection: string, firstBatch: Document[]): Document {
  return { cursor: { id: Long.ZERO, ns: `bench.${collection}`, firstBatch } };
}

/** `$match` and a count, as `countDocuments` asks. */
function aggregated(collection: MemoryCollection, [match, ...rest]: Document[]): Document[] {
  if (match?.$match === undefined || rest.some((stage) => stage.$group === undefined))
    throw new Error("the stand-in only counts");
  const n = collection.find({ filter: match.$match }).length;
  return n === 0 ? [] : [{ _id: 1, n }];
}

function written(n: number, failed: readonly boolean[]): Document {
  const writeErrors = failed.flatMap((isFailed, index) =>
    isFailed ? [{ index, code: duplicateKey, errmsg: "E11000 duplicate key error" }] : [],
  );
  const count = n - writeErrors.length;
  return { n: Math.max(0, count), ...(writeErrors.length > 0 && { writeErrors }) };
}
