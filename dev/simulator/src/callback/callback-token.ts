// Makes callback tokens: sound ones, and on request every kind that a receiver must refuse (RFC 7519, RFC
// 8725).
import { type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { type CallbackAlgorithm, newSigningKey, type SigningKeys } from "./signing-keys.ts";

export interface CallbackTokenOptions {
  /**
   * Default RS256. HS256 is signed with the public key as its secret, `none` is not signed at all: both are
   * attacks.
   */
  algorithm?: CallbackAlgorithm | "HS256" | "none" | undefined;
  /** Default: the signing key's. Null leaves the header out. */
  kid?: string | null | undefined;
  /** Signs with a key that is in no key set, under the key id of a published one. */
  unpublishedKey?: boolean | undefined;
  /** Seconds until `exp`. Default 300; negative for an expired token, null for none. */
  expiresInS?: number | null | undefined;
  /** Default: now. Null leaves `iat` out. */
  issuedAt?: Date | null | undefined;
}

/** Any claims, of any type: a receiver must bear the wrong ones. Those that are undefined are left out. */
export type CallbackClaims = Record<string, unknown>;

/** The claims that a token of this simulator has; which ones Trackunit's have is not known. */
export interface CallbackIdentity {
  issuer: string;
  irisAppId: string;
  accountId?: string | undefined;
}

export async function signCallbackToken(
  keys: SigningKeys,
  now: Date,
  claims: CallbackClaims,
  options: CallbackTokenOptions = {},
): Promise<string> {
  const { algorithm = "RS256" } = options;
  const published = await keys.current(algorithm === "ES256" ? "ES256" : "RS256");
  const payload = withTimes(claims, now, options);
  if (algorithm === "none") return new UnsecuredJWT(payload).encode();
  const kid = options.kid === undefined ? published.kid : options.kid;
  const token = new SignJWT(payload).setProtectedHeader({ alg: algorithm, ...(kid === null ? {} : { kid }) });
  if (algorithm === "HS256") return token.sign(new TextEncoder().encode(JSON.stringify(published.publicJwk)));
  const key = options.unpublishedKey ? await newSigningKey(algorithm) : published;
  return token.sign(key.privateKey);
}

/** `iss`, `aud`, `sub` and a `jti` of its own. */
export function claimsFor({ issuer, irisAppId, accountId }: CallbackIdentity): CallbackClaims {
  const jti = crypto.randomUUID();
  return { iss: issuer, aud: irisAppId, jti, ...(accountId === undefined ? {} : { sub: accountId }) };
}

function withTimes(
  claims: CallbackClaims,
  now: Date,
  { expiresInS, issuedAt }: CallbackTokenOptions,
): JWTPayload {
  const nowS = Math.floor(now.getTime() / 1000);
  const issuedAtS = issuedAt ? Math.floor(issuedAt.getTime() / 1000) : nowS;
  return {
    ...(issuedAt === null ? {} : { iat: issuedAtS }),
    ...(expiresInS === null ? {} : { exp: nowS + (expiresInS ?? 300) }),
    ...(claims as JWTPayload),
  };
}
