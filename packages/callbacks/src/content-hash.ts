// What binds a body to the token that it came with, and where that is remembered.

import { createHash } from "node:crypto";
import { type CallbackBody, canonicalText } from "./callback-body.ts";
import type { CallbackToken } from "./verify-token.ts";

/** SHA-256 in hexadecimal over token and body: the same for every delivery of one callback. */
export function contentHashOf(token: Pick<CallbackToken, "id">, body: CallbackBody): string {
  return createHash("sha256")
    .update(`${token.id}.${canonicalText(body)}`)
    .digest("hex");
}

/** The Redis key that holds the content hash of the first body that came with a token. */
export function bindingKeyOf(namespace: string, token: Pick<CallbackToken, "id">): string {
  return `${namespace}:callback-token:${token.id}`;
}
