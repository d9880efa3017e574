// The keys that a Fleetkeeper begins with, each as its variable takes it.

import { generateSealingKey, type SealingAlgorithm } from "./keys.ts";
import { generateSigningKey } from "./signature.ts";
import { generateTokenKey } from "./token-key.ts";

/** The value of each variable, by its name in camelCase. The two of a pair fit only each other. */
export interface FirstKeys {
  /** A public JWK, as JSON. */
  sealingPublicKey: string;
  /** A private JWKS, as JSON. */
  sealingPrivateKeys: string;
  /** A private JWK, as JSON. */
  ingressSigningKey: string;
  /** A public JWKS, as JSON. */
  ingressVerificationKeys: string;
  /** A JWKS of symmetric keys, as JSON. */
  tokenKey: string;
  /** The same, for webhooks. */
  webhookKey: string;
}

/** New ones at each call. */
export async function generateFirstKeys(options: { algorithm?: SealingAlgorithm } = {}): Promise<FirstKeys> {
  const sealing = await generateSealingKey(options);
  const signing = await generateSigningKey();
  return {
    sealingPublicKey: JSON.stringify(sealing.publicKey),
    sealingPrivateKeys: JSON.stringify({ keys: [sealing.privateKey] }),
    ingressSigningKey: JSON.stringify(signing.privateKey),
    ingressVerificationKeys: JSON.stringify({ keys: [signing.publicKey] }),
    tokenKey: JSON.stringify({ keys: [generateTokenKey()] }),
    webhookKey: JSON.stringify({ keys: [generateTokenKey()] }),
  };
}
