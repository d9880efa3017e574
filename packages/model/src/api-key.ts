// API keys of the publisher's own back end: what their text is made of, and what one may do.

import { createHash, randomBytes } from "node:crypto";

/** What a key may do; each route of the API asks for one. */
export const apiRights = [
  "accounts:read",
  "accounts:write",
  "tokens:read",
  "proxy",
  "records:read",
  "syncs:write",
  "webhooks:write",
] as const;

/** What a key may do, one by one: no right includes another. */
export type ApiRight = (typeof apiRights)[number];

/** A new key: its text, which is shown only once, and the part that may be stored. */
export function makeApiKey(): { key: string; id: string; hash: string } {
  const id = randomBytes(8).toString("hex");
  const key = `fk_${id}_${randomBytes(32).toString("base64url")}`;
  return { key, id, hash: hashOfApiKey(key) };
}

/** The id that a key names; undefined where the text has not the shape of a key. */
export function idOfApiKey(key: string): string | undefined {
  return /^fk_([0-9a-f]{16})_[\w-]{43}$/.exec(key)?.[1];
}

/** A key holds 256 random bits, so one round of SHA-256 keeps it. */
export function hashOfApiKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
