// Whether MongoDB can store an item: what it cannot is set aside by itself, instead of stopping its page.

import { BSON } from "mongodb";

/** So that a record, and an entry of the change feed with it, stay below MongoDB's 16 MiB. */
const maxRecordBytes = 7 * 1024 * 1024;
/** MongoDB takes 100 levels, some of which are ours. */
const maxDepth = 90;

/** @returns why it cannot be stored, without values; undefined where it can. */
export function storageFault(data: unknown): string | undefined {
  const fault = shapeFault(data, 0);
  if (fault !== undefined) return fault;
  const bytes = BSON.calculateObjectSize({ data });
  return bytes > maxRecordBytes
    ? `it takes ${bytes} bytes in MongoDB; at most ${maxRecordBytes} can be stored`
    : undefined;
}

function shapeFault(value: unknown, depth: number): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (depth > maxDepth) return `it is nested more than ${maxDepth} levels deep`;
  for (const [name, item] of Object.entries(value)) {
    if (name.includes("\0")) return "the name of a field holds a zero character";
    const fault = shapeFault(item, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
