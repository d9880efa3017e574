// Key sets that RFC 7517 allows and that readers stumble over.

import { generateKeyPairSync } from "node:crypto";
import { isObject, type JsonObject, type Oddities } from "./json-body.ts";

export const oddKeySets: Oddities = {
  "key-twice": ofKeys((keys) => [...keys, ...keys]),
  "same-kid": ofKeys((keys) => keys.flatMap((key) => [{ ...anotherOf(key), kid: key.kid, use: "sig" }, key])),
  "null-members": ofKeys((keys) =>
    keys.map((key) => ({ ...key, use: null, alg: null, key_ops: null, x5c: null, x5t: null, x5u: null })),
  ),
  "no-kid": ofKeys((keys) => keys.map(({ kid: _, ...key }) => key)),
  "odd-keys": ofKeys((keys) => [
    { kty: "oct", k: "c2VjcmV0", kid: "symmetric", alg: "HS256" },
    null,
    "text",
    ...keys,
    { kty: "unheard-of", kid: "unknown" },
    { ...rsaOf(1_024), kid: "short", use: "sig" },
  ]),
  "unreadable-keys": ofKeys((keys) => keys.map((key) => ({ ...key, kty: "unheard-of" }))),
};

/** Any other answer stays as it is. */
function ofKeys(change: (keys: JsonObject[]) => unknown[]) {
  return (body: JsonObject) =>
    Array.isArray(body.keys) ? { ...body, keys: change(body.keys.filter(isObject)) } : body;
}

function anotherOf({ kty }: JsonObject): object {
  if (kty === "RSA") return rsaOf(2_048);
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" });
}

const known = new Map<number, object>();

function rsaOf(modulusLength: number): object {
  const found =
    known.get(modulusLength) ??
    generateKeyPairSync("rsa", { modulusLength }).publicKey.export({ format: "jwk" });
  known.set(modulusLength, found);
  return found;
}
