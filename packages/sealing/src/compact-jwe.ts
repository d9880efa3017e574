// A JWE in compact form (RFC 7516) with A256GCM, by synchronous `node:crypto`: what jose's `CompactEncrypt`
// writes, without a thread of its own for each text. Why: docs/adr/0019.

import { createCipheriv, type KeyObject, randomBytes } from "node:crypto";
import type { SealedText } from "@fleetkeeper/model";

/**
 * RFC 7518, section 5.3: 96 bits, which must never come twice with one key. Random, so a key may seal 2³²
 * texts.
 */
const ivBytes = 12;

/**
 * A content encryption key of 256 bits, and how anyone who opens a text gets it; empty where they have it.
 */
export interface ContentKey {
  key: KeyObject;
  encryptedKey: string;
}

/** `header`: protected, as JSON. */
export function compactJwe(text: string, header: object, { key, encryptedKey }: ContentKey): SealedText {
  const head = Buffer.from(JSON.stringify(header)).toString("base64url");
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  cipher.setAAD(Buffer.from(head, "latin1"));
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  const parts = [iv, sealed, cipher.getAuthTag()].map((bytes) => bytes.toString("base64url"));
  return [head, encryptedKey, ...parts].join(".") as SealedText;
}
