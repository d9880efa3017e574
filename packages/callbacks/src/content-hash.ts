// What binds a body to the token that it came with.

import { createHash } from "node:crypto";
import { type CallbackBody, canonicalText } from "./callback-body.ts";
import type { CallbackToken } from "./verify-token.ts";

/** SHA-256 in hexadecimal over token and body: the same for every delivery of one callback. */
export function contentHashOf(token: Pick<CallbackToken, "id">, body: CallbackBody): string {
  return createHash("sha256")
    .update(`${token.id}.${canonicalText(body)}`)
    .digest("hex");
}
