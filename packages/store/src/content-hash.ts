// The hash that tells whether a record changed: the same for the same content, whatever the order of its fields.

import { createHash } from "node:crypto";

/** 22 characters: 132 bits of the SHA-256 over canonical JSON (fields sorted by name). */
export function contentHash(data: unknown): string {
  return createHash("sha256").update(canonicalJson(data)).digest("base64url").slice(0, 22);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, item) =>
    typeof item === "object" && item !== null && !Array.isArray(item) && !isRawJson(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

/** An `ExactNumber` as JSON writes it. */
const { isRawJSON: isRawJson } = JSON as unknown as { isRawJSON: (value: unknown) => boolean };
