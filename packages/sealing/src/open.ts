// Opening: by any of several private keys, so that keys rotate without a stop, and only for the installation
// it was sealed for.

import type { KeyObject, webcrypto } from "node:crypto";
import type { SealedText } from "@fleetkeeper/model";
import {
  compactDecrypt,
  decodeProtectedHeader,
  type JSONWebKeySet,
  type ProtectedHeaderParameters,
} from "jose";
import { bindingHeader, type SealBinding } from "./binding.ts";
import {
  MalformedSealError,
  SealingKeyError,
  TamperedSealError,
  UnknownSealKeyError,
  WrongSealBindingError,
} from "./errors.ts";
import { importSealingKey, type SealingKey } from "./keys.ts";

interface OpeningKey {
  key: KeyObject | webcrypto.CryptoKey;
  algorithm: string;
}

/** The text in clear. @throws SealingError, one class per cause. */
export type Open = (sealed: SealedText, binding: SealBinding) => Promise<string>;

/**
 * Builds the opening function for a set of private keys.
 * @throws SealingKeyError when the set is empty, repeats a key id, or a key in it is public only.
 */
export async function createOpen(privateKeys: JSONWebKeySet): Promise<Open> {
  const keys = new Map<string, SealingKey>();
  for (const jwk of privateKeys.keys) {
    const key = importSealingKey(jwk, "private");
    if (keys.has(key.keyId)) throw new SealingKeyError("two opening keys have the same key id");
    keys.set(key.keyId, key);
  }
  if (keys.size === 0) throw new SealingKeyError("there is no key to open with");
  return createOpenWith(keys);
}

/** Opens what one of these keys sealed, by key id; each opens texts of its own algorithm only. */
export function createOpenWith(keys: ReadonlyMap<string, OpeningKey>): Open {
  return async (sealed, binding) => {
    const header = headerOf(sealed);
    const key = keys.get(header.kid ?? "");
    if (key === undefined) throw new UnknownSealKeyError(header.kid ?? "");
    for (const [name, value] of Object.entries(bindingHeader(binding)))
      if (header[name] !== value)
        throw new WrongSealBindingError("the text was sealed for another account or purpose");
    try {
      const { plaintext } = await compactDecrypt(sealed, key.key, {
        keyManagementAlgorithms: [key.algorithm],
        contentEncryptionAlgorithms: ["A256GCM"],
      });
      return new TextDecoder().decode(plaintext);
    } catch (cause) {
      throw new TamperedSealError("the text was changed after it was sealed", { cause });
    }
  };
}

/** The id of the key that a text was sealed with; needs no key. */
export function sealKeyIdOf(sealed: SealedText): string {
  return headerOf(sealed).kid ?? "";
}

function headerOf(sealed: SealedText): ProtectedHeaderParameters & Record<string, unknown> {
  try {
    return decodeProtectedHeader(sealed);
  } catch (cause) {
    throw new MalformedSealError("the text is not a sealed text", { cause });
  }
}
