// Sealing: anyone with the public key can seal, and only a private key can open. JWE in compact
// form, RFC 7516.

import type { InstallationId, SealedText } from "@fleetkeeper/model";
import { CompactEncrypt, type JWK } from "jose";
import { bindingHeader, type SealBinding } from "./binding.ts";
import { compactJwe } from "./compact-jwe.ts";
import { createContentKeys } from "./content-keys.ts";
import { importSealingKey } from "./keys.ts";

/** The sealed text, which opens with the same binding only. */
export type Seal = (text: string, binding: SealBinding) => Promise<SealedText>;

/**
 * Builds the sealing function for one public key.
 * @throws SealingKeyError when the key is private, has no `kid` or cannot encrypt.
 */
export async function createSeal(publicKey: JWK): Promise<Seal> {
  const { keyId, algorithm, key } = importSealingKey(publicKey, "public");
  const headerOf = (binding: SealBinding) =>
    ({ alg: algorithm, enc: "A256GCM", kid: keyId, ...bindingHeader(binding) }) as const;
  if (algorithm === "RSA-OAEP-256") {
    const contentKey = createContentKeys(key);
    return async (text, binding) => compactJwe(text, headerOf(binding), contentKey());
  }
  return async (text, binding) => {
    const header = headerOf(binding);
    const jwe = new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader(header);
    return (await jwe.encrypt(key)) as SealedText;
  };
}

/** One that seals for anything with an id, for one purpose. */
export async function createSealFor(
  publicKey: JWK,
  purpose: SealBinding["purpose"],
): Promise<(text: string, id: string) => Promise<SealedText>> {
  const seal = await createSeal(publicKey);
  return (text, id) => seal(text, { installationId: id as InstallationId, purpose });
}
