// Sealing keys as texts of a configuration: JSON of a public JWK, or of a private or symmetric set (RFC
// 7517).

import type { JSONWebKeySet, JWK } from "jose";
import { SealingKeyError } from "./errors.ts";
import { importSealingKey } from "./keys.ts";
import { checkSigningKey } from "./signature.ts";
import { checkTokenKey } from "./token-key.ts";

/** @throws SealingKeyError, whose message says what is wrong with the text and holds no part of it. */
export function parsePublicKey(text: string): JWK {
  const jwk = jsonOf(text);
  if (Array.isArray(jwk.keys)) throw new SealingKeyError("is a set of keys; give one public key of it");
  importSealingKey(jwk, "public");
  return jwk;
}

/** @throws SealingKeyError, whose message says what is wrong with the text and holds no part of it. */
export function parsePrivateKeys(text: string): JSONWebKeySet {
  return parseSet(text, "private", (jwk) => importSealingKey(jwk, "private").keyId);
}

/** @throws SealingKeyError, whose message says what is wrong with the text and holds no part of it. */
export function parseTokenKeys(text: string): JSONWebKeySet {
  return parseSet(text, "symmetric", (jwk) => checkTokenKey(jwk).keyId);
}

/** @throws SealingKeyError, whose message says what is wrong with the text and holds no part of it. */
export function parseSigningKey(text: string): JWK {
  const jwk = jsonOf(text);
  checkSigningKey(jwk, "private");
  return jwk;
}

/** @throws SealingKeyError, whose message says what is wrong with the text and holds no part of it. */
export function parseVerificationKeys(text: string): JSONWebKeySet {
  return parseSet(text, "public", (jwk) => checkSigningKey(jwk, "public").keyId);
}

function parseSet(text: string, kind: string, keyIdOf: (jwk: JWK) => string): JSONWebKeySet {
  const { keys } = jsonOf(text);
  if (!Array.isArray(keys) || keys.length === 0)
    throw new SealingKeyError(`is not a set of ${kind} keys: write {"keys": […]}`);
  const ids = keys.map(keyIdOf);
  if (new Set(ids).size < ids.length) throw new SealingKeyError("holds two keys with the same key id (kid)");
  return { keys };
}

function jsonOf(text: string): JWK & { keys?: unknown } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new SealingKeyError("is not JSON");
  }
  if (typeof json !== "object" || json === null) throw new SealingKeyError("is not a JSON object");
  return json;
}
