// How MongoDB keeps an item: numbers that JavaScript cannot hold in MongoDB's own types, and what it cannot
// store set aside by itself, instead of stopping its page.

import { ExactNumber, parseExactJson } from "@fleetkeeper/model";
import { BSON, Long } from "mongodb";

/** So that a record, and an entry of the change feed with it, stay below MongoDB's 16 MiB. */
const maxRecordBytes = 7 * 1024 * 1024;
/** MongoDB takes 100 levels, some of which are ours. */
const maxDepth = 90;

/**
 * `isJson`: whether its JSON says all of it. `bytes`: what it takes in MongoDB, at most. `fault`: why it
 * cannot be stored, without values.
 */
export type Storable = { data: unknown; isJson: boolean; bytes: number } | { fault: string };

/**
 * At most this many bytes in MongoDB for a character of JSON: an element of a list, which is a digit and a
 * comma, takes 12.
 */
const bytesPerCharacter = 8;

interface Found {
  isJson: boolean;
}

/** What MongoDB takes, or why it takes none of it. The item itself is not changed. `json`: its text. */
export function storableOf(item: unknown, json: string): Storable {
  try {
    const found: Found = { isJson: !json.includes(loneSurrogate) };
    const data = convert(item, found, 0);
    // Asking for the size costs as much as half of the writing.
    const most = json.length * bytesPerCharacter;
    const bytes = found.isJson && most <= maxRecordBytes ? most : BSON.calculateObjectSize({ data });
    return bytes > maxRecordBytes
      ? { fault: `it takes ${bytes} bytes in MongoDB; at most ${maxRecordBytes} can be stored` }
      : { data, isJson: found.isJson, bytes };
  } catch (error) {
    if (error instanceof UnstorableError) return { fault: error.message };
    throw error;
  }
}

/** How JSON begins to write half a character, which MongoDB keeps as U+FFFD. */
const loneSurrogate = "\\ud";

/** What is stored of an item, by its JSON. */
export function storedFormOf(json: string): unknown {
  return convert(parseExactJson(json), { isJson: true }, 0);
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

/** JSON has no infinity, and writes -0 as 0. */
function isJsonNumber(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

/** The same value where there is nothing to convert. */
function convert(value: unknown, found: Found, depth: number): unknown {
  if (typeof value !== "object" || value === null) {
    if (value === undefined || (typeof value === "number" && !isJsonNumber(value))) found.isJson = false;
    return value;
  }
  if (value instanceof ExactNumber) return exactly(value);
  if (depth > maxDepth) throw new UnstorableError(`it is nested more than ${maxDepth} levels deep`);
  if (Array.isArray(value)) {
    const items = value.map((item) => convert(item, found, depth + 1));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) found.isJson = false;
  const changed: [string, unknown][] = [];
  const fields = value as Record<string, unknown>;
  for (const name of Object.keys(fields)) {
    // The driver would take the value for one of its own classes, and refuse the whole page for what it then
    // lacks.
    if (name === "_bsontype") throw new UnstorableError("a field is named _bsontype");
    if (name.includes("\0")) throw new UnstorableError("the name of a field holds a zero character");
    const item = fields[name];
    const converted = convert(item, found, depth + 1);
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
