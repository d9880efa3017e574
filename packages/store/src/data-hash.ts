// The hash that tells whether a record changed: the same for the same content, whatever the order of its
// fields.

import { hash } from "node:crypto";
import { orderedFields } from "@fleetkeeper/model";

/** 22 characters: 132 bits of the SHA-256 over canonical JSON (fields sorted by name). */
export function dataHash(data: unknown): string {
  return hash("sha256", JSON.stringify(orderedFields(data)), "base64url").slice(0, 22);
}
