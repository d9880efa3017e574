// Verifies a signed JWT (RFC 7515, RFC 7519) with synchronous `node:crypto`: the same verdicts and the same
// errors as jose's `jwtVerify`, which takes each signature through Web Crypto and a thread of its own. Why:
// docs/adr/0019.

import { constants, KeyObject, type VerifyKeyObjectInput, verify } from "node:crypto";
import { errors, type JWTHeaderParameters, type JWTPayload, type JWTVerifyGetKey } from "jose";

/** An algorithm as its key must be, and as `node:crypto` takes it. */
interface Algorithm {
  keyType: "rsa" | "ec" | "ed25519";
  curve?: string;
  /** Null: the algorithm has its own. */
  hash: string | null;
  /** Absent where `node:crypto` needs none: it takes a key alone at half the price of one among options. */
  options?: Omit<VerifyKeyObjectInput, "key">;
}

const rsa = (bits: number): Algorithm => ({ keyType: "rsa", hash: `sha${bits}` });
const pss = (bits: number): Algorithm => ({
  keyType: "rsa",
  hash: `sha${bits}`,
  options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: bits / 8 },
});
const ecdsa = (bits: number, curve: string): Algorithm => ({
  keyType: "ec",
  curve,
  hash: `sha${bits}`,
  options: { dsaEncoding: "ieee-p1363" },
});
const eddsa: Algorithm = { keyType: "ed25519", hash: null };

/** All that are accepted. Pinned: never taken from the token or the key set. */
const algorithms = new Map<unknown, Algorithm>(
  Object.entries({
    ...{ RS256: rsa(256), RS384: rsa(384), RS512: rsa(512) },
    ...{ PS256: pss(256), PS384: pss(384), PS512: pss(512) },
    ...{ ES256: ecdsa(256, "prime256v1"), ES384: ecdsa(384, "secp384r1"), ES512: ecdsa(512, "secp521r1") },
    ...{ EdDSA: eddsa, Ed25519: eddsa },
  }),
);

/**
 * One for all: a flood of forged tokens must not make us write a stack for each.
 */
const notSigned = new errors.JWSSignatureVerificationFailed();
const minRsaBits = 2_048;
const base64urlText = /^[\w-]*$/;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** What the claims are held against; what is undefined is not asked for. */
export interface JwtRules {
  issuer: string | undefined;
  /** Any of them. */
  audience: readonly string[] | undefined;
  clockToleranceS: number;
}

/** A key, or what finds it by the token's header. */
export type JwtKey = Awaited<ReturnType<JWTVerifyGetKey>> | JWTVerifyGetKey;

/**
 * The claims of a token in compact form.
 * @throws what jose's `jwtVerify` throws, and what `key` does.
 */
export async function verifyJwt(token: string, key: JwtKey, rules: JwtRules, now: Date): Promise<JWTPayload> {
  const [head = "", payload = "", signature = "", ...rest] = token.split(".");
  if (rest.length > 0) throw new errors.JWSInvalid("is not in compact form");
  const header = objectIn(head, errors.JWSInvalid);
  const isEncoded = hasEncodedPayload(header);
  const { alg } = header;
  if (typeof alg !== "string" || alg === "") throw new errors.JWSInvalid("has no alg");
  const algorithm = algorithms.get(alg);
  if (algorithm === undefined) throw new errors.JOSEAlgNotAllowed("has an alg that is not allowed");
  const parts = { protected: head, payload, signature };
  const found = typeof key === "function" ? await key(header as JWTHeaderParameters, parts) : key;
  const signatureBytes = bytesIn(signature);
  if (!isSignedBy(keyObjectOf(found, algorithm), algorithm, `${head}.${payload}`, signatureBytes))
    throw notSigned;
  if (!isEncoded) throw new errors.JWTInvalid("has claims that are not encoded");
  const claims = objectIn(payload, errors.JWTInvalid);
  checkClaims(claims, rules, Math.floor(now.getTime() / 1_000));
  return claims;
}

/**
 * RFC 7515, section 4.1.11: of critical extensions only `b64` is known (RFC 7797), and it must be true in a
 * JWT.
 */
function hasEncodedPayload({ crit, b64 }: Record<string, unknown>): boolean {
  if (crit === undefined) return true;
  const isList = Array.isArray(crit) && crit.length > 0;
  if (!isList || crit.some((name) => typeof name !== "string" || name === ""))
    throw new errors.JWSInvalid("has a crit that is not a list of names");
  if (crit.some((name) => name !== "b64"))
    throw new errors.JOSENotSupported("has an unknown critical extension");
  if (typeof b64 !== "boolean") throw new errors.JWSInvalid("has a b64 that is not a boolean");
  return b64;
}

function isSignedBy(
  key: KeyObject,
  { hash, options }: Algorithm,
  signed: string,
  signature: Buffer,
): boolean {
  try {
    const bytes = Buffer.from(signed, "latin1");
    return verify(hash, bytes, options === undefined ? key : { key, ...options }, signature);
  } catch {
    return false;
  }
}

/** By the key that was found and the algorithm: looking at a key costs a tenth of using it. */
const usableKeys = new WeakMap<object, Map<Algorithm, KeyObject>>();

/** A public key that the algorithm can use. jose gives keys of Web Crypto, each of which is turned once. */
function keyObjectOf(key: Exclude<JwtKey, JWTVerifyGetKey>, algorithm: Algorithm): KeyObject {
  const known = usableKeys.get(key)?.get(algorithm);
  if (known !== undefined) return known;
  const keyObject = key instanceof KeyObject ? key : turned(key);
  const { type, asymmetricKeyType, asymmetricKeyDetails } = keyObject;
  const { modulusLength = minRsaBits, namedCurve } = asymmetricKeyDetails ?? {};
  if (type !== "public" || asymmetricKeyType !== algorithm.keyType || namedCurve !== algorithm.curve)
    throw new TypeError("the key is for another algorithm");
  if (modulusLength < minRsaBits) throw new TypeError("the RSA key is too short");
  const ofKey = usableKeys.get(key) ?? new Map<Algorithm, KeyObject>();
  usableKeys.set(key, ofKey.set(algorithm, keyObject));
  return keyObject;
}

function turned(key: Exclude<JwtKey, JWTVerifyGetKey | KeyObject>): KeyObject {
  if (!(key instanceof CryptoKey)) throw new TypeError("the key is neither a KeyObject nor a CryptoKey");
  return KeyObject.from(key);
}

/** RFC 7519, section 4.1; `iat` beyond being a number is the caller's. */
function checkClaims(
  claims: JWTPayload,
  { issuer, audience, clockToleranceS }: JwtRules,
  nowS: number,
): void {
  if (!Number.isFinite(nowS)) throw new TypeError("there is no time to compare the claims with");
  const { iss, aud } = claims;
  if (issuer !== undefined && iss !== issuer) throw refusedClaim("iss");
  if (audience !== undefined && !audience.some((one) => [aud].flat().includes(one)))
    throw refusedClaim("aud");
  secondsIn(claims, "iat");
  const notBeforeS = secondsIn(claims, "nbf");
  if (notBeforeS !== undefined && notBeforeS > nowS + clockToleranceS) throw refusedClaim("nbf");
  const expiresS = secondsIn(claims, "exp");
  if (expiresS !== undefined && expiresS <= nowS - clockToleranceS)
    throw new errors.JWTExpired("has expired", {}, "exp");
}

function secondsIn(claims: JWTPayload, claim: "iat" | "nbf" | "exp"): number | undefined {
  const value: unknown = claims[claim];
  if (value === undefined || typeof value === "number") return value;
  throw refusedClaim(claim);
}

/** Without the claims themselves, which are in no error. */
function refusedClaim(claim: string): Error {
  return new errors.JWTClaimValidationFailed("has a claim that is not as it must be", {}, claim);
}

function objectIn(
  part: string,
  Invalid: typeof errors.JWSInvalid | typeof errors.JWTInvalid,
): Record<string, unknown> {
  const bytes = bytesIn(part);
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    throw new Invalid("has a part that is not JSON", { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Invalid("has a part that is not a JSON object");
  return value as Record<string, unknown>;
}

/** `Buffer` alone silently ignores characters that are not base64url. */
function bytesIn(part: string): Buffer {
  if (part.length % 4 === 1 || !base64urlText.test(part))
    throw new errors.JWSInvalid("has a part that is not base64url");
  return Buffer.from(part, "base64url");
}
