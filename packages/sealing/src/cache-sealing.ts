// Access tokens as they are in Redis: few bytes, since a million accounts have one, and opened in
// microseconds. Packed (RFC 1951), then sealed by AES-256-GCM (NIST SP 800-38D) with the token key.
//
//   1 byte    version
//   1 byte    length of the key id
//   …         key id, UTF-8
//   12 bytes  nonce, random: a key may seal 2³² texts
//   …         the sealed text
//   16 bytes  tag, which covers all of it, the installation and the purpose

import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { SealedText } from "@fleetkeeper/model";
import type { JSONWebKeySet } from "jose";
import type { SealBinding } from "./binding.ts";
import { MalformedSealError, SealingKeyError, TamperedSealError, UnknownSealKeyError } from "./errors.ts";
import { checkTokenKey, createTokenSealing } from "./token-key.ts";

/** No text of the form before this one, which is a JWE, begins with it. */
const version = 1;
const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;
const maxKeyIdBytes = 255;
const maxTextBytes = 1_048_576;

/** What texts of the token cache are bound to. */
export type CacheBinding = SealBinding & { purpose: "access-token" | "token-failure" };

/** Bytes open for the installation and purpose only that they were sealed for. */
export interface CacheSealing {
  seal(text: string, binding: CacheBinding): Buffer;
  /** The text in clear; also of what a release before this form sealed. @throws SealingError */
  open(sealed: Buffer, binding: CacheBinding): Promise<string>;
}

/**
 * Seals with the first key of the set, opens with each of them.
 * @throws SealingKeyError as `createTokenSealing`, or when a key id has more than 255 bytes.
 */
export async function createCacheSealing(tokenKeys: JSONWebKeySet): Promise<CacheSealing> {
  const ofTexts = await createTokenSealing(tokenKeys);
  const keys = tokenKeys.keys.map((jwk) => {
    const { keyId, bytes } = checkTokenKey(jwk);
    return { keyId, head: headOf(keyId), key: createSecretKey(bytes) };
  });
  const byId = new Map(keys.map(({ keyId, key }) => [keyId, key]));
  // `createTokenSealing` refuses an empty set.
  const { head, key } = keys[0] as (typeof keys)[number];

  return {
    seal(text, binding) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
      cipher.setAAD(boundTo(head, binding));
      const sealed = [cipher.update(deflateRawSync(text)), cipher.final()];
      return Buffer.concat([head, nonce, ...sealed, cipher.getAuthTag()]);
    },

    async open(sealed, binding) {
      if (sealed[0] !== version) return ofTexts.open(sealed.toString("latin1") as SealedText, binding);
      const nonceAt = 2 + (sealed[1] ?? 0);
      const textAt = nonceAt + nonceBytes;
      if (sealed.length < textAt + tagBytes) throw new MalformedSealError("the sealed bytes are too few");
      const keyId = sealed.toString("utf8", 2, nonceAt);
      const openingKey = byId.get(keyId);
      if (openingKey === undefined) throw new UnknownSealKeyError(keyId);
      return opened(sealed, { nonceAt, textAt, key: openingKey, binding });
    },
  };
}

function headOf(keyId: string): Buffer {
  const bytes = Buffer.from(keyId);
  if (bytes.length > maxKeyIdBytes)
    throw new SealingKeyError(`holds a key id of more than ${maxKeyIdBytes} bytes`);
  return Buffer.concat([Buffer.from([version, bytes.length]), bytes]);
}

function boundTo(head: Uint8Array, { installationId, purpose }: CacheBinding): Buffer {
  return Buffer.concat([head, Buffer.from(`${purpose}\0${installationId}`)]);
}

function opened(
  sealed: Buffer,
  parts: { nonceAt: number; textAt: number; key: KeyObject; binding: CacheBinding },
): string {
  const { nonceAt, textAt, key, binding } = parts;
  try {
    const nonce = sealed.subarray(nonceAt, textAt);
    const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
    decipher.setAAD(boundTo(sealed.subarray(0, nonceAt), binding));
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    const packed = Buffer.concat([decipher.update(sealed.subarray(textAt, -tagBytes)), decipher.final()]);
    return inflateRawSync(packed, { maxOutputLength: maxTextBytes }).toString();
  } catch (cause) {
    throw new TamperedSealError("the bytes were changed, or sealed for something else", { cause });
  }
}
