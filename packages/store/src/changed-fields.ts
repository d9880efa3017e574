// Which top-level fields differ between two versions of a record.

import { dataHash } from "./data-hash.ts";

/** Sorted names; every field of `after` when there was nothing before. */
export function changedFields(before: unknown, after: unknown): string[] {
  const [old, current] = [fieldsOf(before), fieldsOf(after)];
  const names = new Set([...Object.keys(old), ...Object.keys(current)]);
  return [...names]
    .filter((name) => !(name in old && name in current) || dataHash(old[name]) !== dataHash(current[name]))
    .sort();
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
