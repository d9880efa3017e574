// Sealing keys: RSA-OAEP-256 (sealing is cheap, opening dear; the default) or ECDH-ES+A256KW, each with a key id.

import { randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { SealingKeyError } from "./errors.ts";

const algorithms = ["RSA-OAEP-256", "ECDH-ES+A256KW"] as const;
export type SealingAlgorithm = (typeof algorithms)[number];

/** A new key pair as JWKs. The key id is 16 random hexadecimal digits unless given. RSA keys have 3072 bits, EC keys use P-256. */
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

/** The key id and algorithm of a JWK that is to seal or open. */
export function checkSealingKey(jwk: JWK): { keyId: string; algorithm: SealingAlgorithm } {
  const algorithm = jwk.alg ?? (jwk.kty === "RSA" ? "RSA-OAEP-256" : "ECDH-ES+A256KW");
  if (!jwk.kid) throw new SealingKeyError("a sealing key needs a key id (kid)");
  if (!algorithms.some((known) => known === algorithm))
    throw new SealingKeyError(`a sealing key's alg must be one of ${algorithms.join(", ")}`);
  return { keyId: jwk.kid, algorithm: algorithm as SealingAlgorithm };
}
