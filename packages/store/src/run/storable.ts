// How MongoDB keeps an item: numbers that JavaScript cannot hold in MongoDB's own types, and what it cannot
// store set aside by itself, instead of stopping its page.

import { ExactNumber } from "@fleetkeeper/model";
import { BSON, Long } from "mongodb";

/** So that a record, and an entry of the change feed with it, stay below MongoDB's 16 MiB. */
const maxRecordBytes = 7 * 1024 * 1024;
/** MongoDB takes 100 levels, some of which are ours. */
const maxDepth = 90;

/** `fault`: why it cannot be stored, without values. */
export type Storable = { data: unknown } | { fault: string };

/** What MongoDB takes, or why it takes none of it. The item itself is not changed. */
export function storableOf(item: unknown): Storable {
  try {
    const data = convert(item, 0);
    const bytes = BSON.calculateObjectSize({ data });
    return bytes > maxRecordBytes
      ? { fault: `it takes ${bytes} bytes in MongoDB; at most ${maxRecordBytes} can be stored` }
      : { data };
  } catch (error) {
    if (error instanceof UnstorableError) return { fault: error.message };
    throw error;
  }
}

class UnstorableError extends Error {}

/**
 * What is stored, for JSON: an integer that JavaScript cannot hold is a text. The same value where there is
 * nothing to convert.
 */
export function jsonOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Long) return value.toString();
  if (Array.isArray(value)) {
    const items = value.map(jsonOf);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const changed = Object.entries(value).flatMap(([name, item]) => {
    const converted = jsonOf(item);
    return converted === item ? [] : [[name, converted] as const];
  });
  return changed.length === 0 ? value : { ...value, ...Object.fromEntries(changed) };
}

/** The same value where there is nothing to convert. */
function convert(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof ExactNumber) return exactly(value);
  if (depth > maxDepth) throw new UnstorableError(`it is nested more than ${maxDepth} levels deep`);
  if (Array.isArray(value)) {
    const items = value.map((item) => convert(item, depth + 1));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const changed: [string, unknown][] = [];
  const fields = value as Record<string, unknown>;
  for (const name of Object.keys(fields)) {
    // The driver would take the value for one of its own classes, and refuse the whole page for what it then
    // lacks.
    if (name === "_bsontype") throw new UnstorableError("a field is named _bsontype");
    if (name.includes("\0")) throw new UnstorableError("the name of a field holds a zero character");
    const item = fields[name];
    const converted = convert(item, depth + 1);
    if (converted !== item) changed.push([name, converted]);
  }
  return changed.length === 0 ? value : { ...value, ...Object.fromEntries(changed) };
}

/**
 * Not as MongoDB's Decimal128: the embedded server does not know it, and a field that has two types is hard
 * to read.
 */
function exactly(number: ExactNumber): Long | string {
  return number.isInt64 ? Long.fromString(number.text) : number.text;
}
