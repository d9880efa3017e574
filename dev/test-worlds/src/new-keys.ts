// Keys for a service of a test.

import { randomBytes } from "node:crypto";
import { type FirstKeys, generateFirstKeys } from "@fleetkeeper/sealing";

/** `keys`: new ones; `worker`: those of them that a worker reads, as its variables. */
export async function newKeys(): Promise<{ keys: FirstKeys; worker: Record<string, string> }> {
  const keys = await generateFirstKeys();
  const worker = {
    SEALING_PUBLIC_KEY: keys.sealingPublicKey,
    SEALING_PRIVATE_KEYS: keys.sealingPrivateKeys,
    INGRESS_VERIFICATION_KEYS: keys.ingressVerificationKeys,
    TOKEN_KEY: keys.tokenKey,
  };
  return { keys, worker };
}

/** A signing key of a webhook endpoint, as Trackunit Manager shows one. */
export function newWebhookKey(): string {
  return `whsec_${randomBytes(24).toString("base64")}`;
}
