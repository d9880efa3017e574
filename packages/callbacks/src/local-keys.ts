// Which keys of a key set a token may be signed with (RFC 7517, section 4: a key's `kid` and `alg` are
// optional).

import {
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWK,
  type JWTHeaderParameters,
  type JWTVerifyGetKey,
} from "jose";

/** Keys without a `kid` are found under any name. */
const maxFound = 256;

/**
 * The keys with the token's `kid`; where there is none, those that have no `kid` at all. For `verifyToken`,
 * which tries each. The function throws jose's `JWKSNoMatchingKey`, or `JWKSMultipleMatchingKeys` with the
 * keys to try.
 */
export function localKeys(keySet: JSONWebKeySet): JWTVerifyGetKey {
  const keyFor = keysByHeader(keySet);
  // jose looks through the whole set each time. What it found stays: at most each key for each of its
  // algorithms.
  const found = new Map<string, Awaited<ReturnType<JWTVerifyGetKey>>>();
  return async (header, token) => {
    const { alg, kid } = header;
    const name = typeof kid === "string" ? `${alg} ${kid}` : undefined;
    const known = name === undefined ? undefined : found.get(name);
    if (known !== undefined) return known;
    const key = await keyFor(header, token);
    if (name !== undefined && found.size < maxFound) found.set(name, key);
    return key;
  };
}

function keysByHeader({ keys }: JSONWebKeySet): JWTVerifyGetKey {
  const all = keys.map(withOneName);
  const named = createLocalJWKSet({ keys: all });
  const nameless = all.filter(({ kid }) => kid === undefined);
  if (nameless.length === 0) return (header, token) => named(renamed(header), token);
  const anyOfThem = createLocalJWKSet({ keys: nameless });
  return async (header, token) => {
    try {
      return await named(renamed(header), token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || header.kid === undefined) throw error;
      const { kid: _, ...rest } = renamed(header);
      return anyOfThem(rest as JWTHeaderParameters, token);
    }
  };
}

/** RFC 9864 gave EdDSA with Ed25519 a second name; keys and tokens may have either. */
function withOneName(jwk: JWK): JWK {
  return jwk.alg === "EdDSA" && jwk.crv === "Ed25519" ? { ...jwk, alg: "Ed25519" } : jwk;
}

function renamed(header: JWTHeaderParameters): JWTHeaderParameters {
  return header.alg === "EdDSA" ? { ...header, alg: "Ed25519" } : header;
}
