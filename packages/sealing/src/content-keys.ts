// Content keys for RSA-OAEP-256: texts that are sealed within a second share one, since wrapping it is most
// of what sealing costs. Why that is safe: docs/adr/0019.

import { constants, createSecretKey, type KeyObject, publicEncrypt, randomBytes } from "node:crypto";
import type { ContentKey } from "./compact-jwe.ts";

const keyBytes = 32;
/**
 * The end of a content key. Far below what random nonces allow, and no text can be read from here a second
 * after.
 */
const shared = { texts: 1_000, forMs: 1_000 };

/** A function that gives the key for the next text. */
export function createContentKeys(publicKey: KeyObject): () => ContentKey {
  let current: { contentKey: ContentKey; left: number } | undefined;

  function next(): { contentKey: ContentKey; left: number } {
    const contentKey = wrapped(publicKey);
    const made = { contentKey, left: shared.texts };
    const forget = () => {
      if (current === made) current = undefined;
    };
    setTimeout(forget, shared.forMs).unref();
    return made;
  }

  return () => {
    if (current === undefined || current.left === 0) current = next();
    current.left--;
    return current.contentKey;
  };
}

/** RFC 7518, section 4.3: OAEP with SHA-256 and MGF1 with SHA-256. */
function wrapped(publicKey: KeyObject): ContentKey {
  const bytes = randomBytes(keyBytes);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const encrypted = publicEncrypt({ key: publicKey, oaepHash: "sha256", padding }, bytes);
  const contentKey = { key: createSecretKey(bytes), encryptedKey: encrypted.toString("base64url") };
  bytes.fill(0);
  return contentKey;
}
