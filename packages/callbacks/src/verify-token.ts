// Takes a callback token out of its header, verifies it (RFC 7519, RFC 8725) and binds a body to it.
// Trackunit documents none of its claims: what is present is enforced.

import { createHash } from "node:crypto";
import { errors, type JWTPayload, type JWTVerifyGetKey } from "jose";
import { type CallbackBody, canonicalText } from "./callback-body.ts";
import { Refusal, type RefusalCode } from "./errors.ts";
import { verifyJwt } from "./verify-jwt.ts";

const clockToleranceS = 30;
const maxTokenLength = 8_192;
/** Of keys that fit one token: more would only be there to cost us time. */
const maxKeysTried = 16;

/** What a callback token is held against, beyond its signature. */
export interface TokenRules {
  keyFor: JWTVerifyGetKey;
  /** Asked when no key made the signature: the token is verified again with newer keys, if there are any. */
  hasNewerKeys?: () => Promise<boolean>;
  issuer: string | undefined;
  /** Any of them. */
  audience: string[] | undefined;
  /** From `iat`, when the token has it. */
  maxAgeMs: number;
}

/** A verified token: what is known of it, without its claims. */
export interface CallbackToken {
  /** SHA-256 in hexadecimal of what the token's holder cannot change without the key. */
  id: string;
  issuedAt: Date | undefined;
  /** After this instant the token is refused; undefined if never. */
  acceptableUntil: Date | undefined;
  claims: JWTPayload;
}

/**
 * The token of the header `Trackunit-Identity`, with or without the word `Bearer` before it.
 * @throws Refusal `ERR_IDENTITY_MISSING`, or `ERR_IDENTITY_MALFORMED` for what is not a JWT in compact form.
 */
export function tokenOf(header: string | string[] | undefined): string {
  if (header === undefined || header === "") throw new Refusal("ERR_IDENTITY_MISSING");
  if (typeof header !== "string" || header.length > maxTokenLength)
    throw new Refusal("ERR_IDENTITY_MALFORMED");
  const [, token] = /^(?:bearer +)?([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header) ?? [];
  if (token === undefined) throw new Refusal("ERR_IDENTITY_MALFORMED");
  return token;
}

/** @throws Refusal: `ERR_IDENTITY_…`, or `ERR_KEY_SET_UNAVAILABLE`. */
export async function verifyToken(token: string, rules: TokenRules, now: Date): Promise<CallbackToken> {
  const { maxAgeMs } = rules;
  let claims: JWTPayload;
  try {
    claims = await withNewerKeys(rules, () => verifiedClaims(token, rules, now));
  } catch (error) {
    throw refusalOfVerification(error);
  }
  const issuedAt = instantOf(claims, "iat");
  const expiresAt = instantOf(claims, "exp");
  const toleranceMs = clockToleranceS * 1_000;
  if (issuedAt !== undefined && issuedAt.getTime() > now.getTime() + toleranceMs)
    throw new Refusal("ERR_IDENTITY_CLAIM", { reason: "iat is in the future" });
  if (issuedAt !== undefined && issuedAt.getTime() + maxAgeMs + toleranceMs < now.getTime())
    throw new Refusal("ERR_IDENTITY_EXPIRED", { reason: "iat is too long ago" });
  const lastMs = Math.min(
    expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
    issuedAt === undefined ? Number.POSITIVE_INFINITY : issuedAt.getTime() + maxAgeMs,
  );
  const acceptableUntil = Number.isFinite(lastMs) ? new Date(lastMs + toleranceMs) : undefined;
  return { id: idOf(token), issuedAt, acceptableUntil, claims };
}

/** SHA-256 in hexadecimal over token and body: the same for every delivery of one callback. */
export function contentHashOf(token: Pick<CallbackToken, "id">, body: CallbackBody): string {
  return createHash("sha256")
    .update(`${token.id}.${canonicalText(body)}`)
    .digest("hex");
}

async function withNewerKeys<Result>(
  { hasNewerKeys }: TokenRules,
  verify: () => Promise<Result>,
): Promise<Result> {
  try {
    return await verify();
  } catch (error) {
    const isSignature = error instanceof errors.JWSSignatureVerificationFailed;
    if (!isSignature || !(await hasNewerKeys?.())) throw error;
    return verify();
  }
}

/** Where several keys fit (two with one key id, or a token without one), each is tried. */
async function verifiedClaims(token: string, rules: TokenRules, now: Date): Promise<JWTPayload> {
  const jwtRules = { ...rules, clockToleranceS };
  try {
    return await verifyJwt(token, rules.keyFor, jwtRules, now);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    let tried = 0;
    for await (const key of error) {
      if (++tried > maxKeysTried) break;
      try {
        return await verifyJwt(token, key, jwtRules, now);
      } catch (refused) {
        if (!(refused instanceof errors.JWSSignatureVerificationFailed)) throw refused;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** Verified is any number, also one that JSON cannot write and a Date cannot hold, such as 1e999. */
function instantOf(claims: JWTPayload, claim: "iat" | "exp"): Date | undefined {
  const seconds = claims[claim];
  if (seconds === undefined) return undefined;
  const instant = new Date(seconds * 1_000);
  if (Number.isNaN(instant.getTime()))
    throw new Refusal("ERR_IDENTITY_CLAIM", { reason: `${claim} is not a time` });
  return instant;
}

/**
 * Not the hash of the whole text: an ECDSA signature (r, s) has a twin (r, -s), and the last base64 digit may
 * have spare bits. Either would let the holder of a token make a "new" one. The first half of the signature
 * has neither.
 */
function idOf(token: string): string {
  const signedUntil = token.lastIndexOf(".");
  const signature = Buffer.from(token.slice(signedUntil + 1), "base64url");
  return createHash("sha256")
    .update(token.slice(0, signedUntil + 1))
    .update(signature.subarray(0, signature.length / 2))
    .digest("hex");
}

const codes: Record<string, RefusalCode> = {
  [errors.JOSEAlgNotAllowed.code]: "ERR_IDENTITY_ALGORITHM",
  [errors.JWKSNoMatchingKey.code]: "ERR_IDENTITY_UNKNOWN_KEY",
  [errors.JWSSignatureVerificationFailed.code]: "ERR_IDENTITY_SIGNATURE",
  [errors.JWTExpired.code]: "ERR_IDENTITY_EXPIRED",
  [errors.JWTClaimValidationFailed.code]: "ERR_IDENTITY_CLAIM",
};

/** Any token that cannot be verified is refused, also for errors without a class. */
function refusalOfVerification(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const reason = error instanceof errors.JOSEError ? error.code : `unexpected ${(error as Error).name}`;
  return new Refusal(codes[reason] ?? "ERR_IDENTITY_MALFORMED", { reason, cause: error });
}
