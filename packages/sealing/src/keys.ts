// Sealing keys: RSA-OAEP-256 (sealing is cheap, opening dear; the default) or ECDH-ES+A256KW, each with a key
// id.

import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject, randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { SealingKeyError } from "./errors.ts";

const algorithms = ["RSA-OAEP-256", "ECDH-ES+A256KW"] as const;
const minRsaBits = 2_048;

/** As `alg` in the key's JWK. */
export type SealingAlgorithm = (typeof algorithms)[number];

/**
 * A new key pair as JWKs. The key id is 16 random hexadecimal digits unless given. RSA keys have 3072 bits,
 * EC keys use P-256.
 */
export async function generateSealingKey(
  options: { algorithm?: SealingAlgorithm; keyId?: string } = {},
): Promise<{ publicKey: JWK; privateKey: JWK }> {
  const { algorithm = "RSA-OAEP-256", keyId = newKeyId() } = options;
  const pair = await generateKeyPair(algorithm, { extractable: true, modulusLength: 3072, crv: "P-256" });
  const named = (jwk: JWK): JWK => ({ ...jwk, kid: keyId, alg: algorithm, use: "enc" });
  return {
    publicKey: named(await exportJWK(pair.publicKey)),
    privateKey: named(await exportJWK(pair.privateKey)),
  };
}

/** 16 random hexadecimal digits. */
export const newKeyId = (): string => randomBytes(8).toString("hex");

/** One key, parsed. `keyId` is in the header of every text that it seals. */
export interface SealingKey {
  keyId: string;
  algorithm: SealingAlgorithm;
  key: KeyObject;
}

/** A JWK that is to seal (`public`) or to open (`private`). @throws SealingKeyError */
export function importSealingKey(jwk: JWK, half: "public" | "private"): SealingKey {
  if (typeof jwk?.kty !== "string" || typeof jwk.kid !== "string" || jwk.kid === "")
    throw new SealingKeyError("is not a JWK with kty and kid");
  const isPrivate = "d" in jwk || "k" in jwk;
  if (half === "public" && isPrivate) throw new SealingKeyError("is a private key; give its public half");
  if (half === "private" && !isPrivate) throw new SealingKeyError("holds a key that is not private");
  const algorithm = jwk.alg ?? (jwk.kty === "RSA" ? "RSA-OAEP-256" : "ECDH-ES+A256KW");
  if (!isSealingAlgorithm(algorithm))
    throw new SealingKeyError(`is for another algorithm than ${algorithms.join(" and ")}`);
  if (jwk.use !== undefined && jwk.use !== "enc")
    throw new SealingKeyError("is a key for another use than encryption (use is not enc)");
  const key = keyObjectOf(jwk, half);
  if (key === undefined || !fits(key, algorithm))
    throw new SealingKeyError(
      `is not a ${half} key that ${algorithm} can use; RSA keys have ${minRsaBits} bits or more`,
    );
  return { keyId: jwk.kid, algorithm, key };
}

function isSealingAlgorithm(name: string): name is SealingAlgorithm {
  return algorithms.some((known) => known === name);
}

function keyObjectOf(jwk: JWK, half: "public" | "private"): KeyObject | undefined {
  const input = { key: jwk as JsonWebKey, format: "jwk" } as const;
  try {
    return half === "public" ? createPublicKey(input) : createPrivateKey(input);
  } catch {
    return undefined;
  }
}

/** What jose would say at the first text that is sealed or opened. */
function fits({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject, algorithm: SealingAlgorithm): boolean {
  if (algorithm === "RSA-OAEP-256")
    return asymmetricKeyType === "rsa" && (asymmetricKeyDetails?.modulusLength ?? 0) >= minRsaBits;
  return asymmetricKeyType === "ec" || asymmetricKeyType === "x25519";
}
