// The hash that tells whether a record changed: the same for the same content, in any order of its
// fields.

import { hash } from "node:crypto";
import { orderedFields } from "@fleetkeeper/model";

/** 22 characters: 132 bits of the SHA-256 over canonical JSON. */
export function dataHash(data: unknown): string {
  return hashOfText(canonicalJson(data));
}

/** JSON with the fields sorted by name. */
export function canonicalJson(data: unknown): string {
  // What JSON has no text for, such as a function, has none.
  return JSON.stringify(orderedFields(data)) ?? "";
}

/** The hash of what this canonical JSON says. */
export function hashOfText(json: string): string {
  return hash("sha256", json, "base64url").slice(0, 22);
}
