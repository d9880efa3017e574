// Access tokens are sealed by a key that only those who read them hold (RFC 7518, section 4.5: `dir`, with
// A256GCM), so that anyone who can write to Redis can make none. A text sealed with a public key has no
// origin.

import { createSecretKey, randomBytes, type webcrypto } from "node:crypto";
import { base64url, type JSONWebKeySet, type JWK } from "jose";
import { bindingHeader } from "./binding.ts";
import { compactJwe } from "./compact-jwe.ts";
import { SealingKeyError } from "./errors.ts";
import { newKeyId } from "./keys.ts";
import { createOpenWith, type Open } from "./open.ts";
import type { Seal } from "./seal.ts";

const algorithm = "dir";
const keyBytes = 32;

/** A new symmetric key of 256 bits. The key id is 16 random hexadecimal digits unless given. */
export function generateTokenKey(keyId = newKeyId()): JWK {
  return { kty: "oct", kid: keyId, alg: algorithm, use: "enc", k: base64url.encode(randomBytes(keyBytes)) };
}

/**
 * Seals with the first key of the set, opens with each of them: two are there while one takes the other's
 * place.
 * @throws SealingKeyError when the set is empty, repeats a key id, or a key in it is not symmetric with 256
 * bits.
 */
export async function createTokenSealing(tokenKeys: JSONWebKeySet): Promise<{ seal: Seal; open: Open }> {
  const keys = new Map<string, { key: webcrypto.CryptoKey; algorithm: string }>();
  for (const jwk of tokenKeys.keys) {
    const { keyId, key } = await importTokenKey(jwk);
    if (keys.has(keyId)) throw new SealingKeyError("two token keys have the same key id");
    keys.set(keyId, { key, algorithm });
  }
  const [first] = tokenKeys.keys;
  if (first === undefined) throw new SealingKeyError("there is no token key");
  const { keyId, bytes } = checkTokenKey(first);
  const contentKey = { key: createSecretKey(bytes), encryptedKey: "" };
  return {
    async seal(text, binding) {
      const header = { alg: algorithm, enc: "A256GCM", kid: keyId, ...bindingHeader(binding) };
      return compactJwe(text, header, contentKey);
    },
    open: createOpenWith(keys),
  };
}

/** As an object of Web Crypto: bytes would be imported again for each text. */
async function importTokenKey(jwk: JWK): Promise<{ keyId: string; key: webcrypto.CryptoKey }> {
  const { keyId, bytes } = checkTokenKey(jwk);
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { keyId, key };
}

/** @throws SealingKeyError when the key is not symmetric with 256 bits, or has no key id. */
export function checkTokenKey(jwk: JWK): { keyId: string; bytes: Uint8Array<ArrayBuffer> } {
  if (typeof jwk?.kid !== "string" || jwk.kid === "")
    throw new SealingKeyError("holds a key without a key id (kid)");
  if (jwk.kty !== "oct" || typeof jwk.k !== "string")
    throw new SealingKeyError("holds a key that is not symmetric (kty oct)");
  const bytes = new Uint8Array(Buffer.from(jwk.k, "base64url"));
  if (bytes.length !== keyBytes)
    throw new SealingKeyError(`holds a key whose length is not ${keyBytes * 8} bits`);
  return { keyId: jwk.kid, bytes };
}
