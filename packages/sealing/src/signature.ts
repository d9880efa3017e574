// Signatures of jobs, so that the worker knows which of them come from the ingress: JWS with its content
// elsewhere (RFC 7515, appendix F), by Ed25519 (RFC 8037).

import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject, sign } from "node:crypto";
import { orderedFields } from "@fleetkeeper/model";
import { base64url, compactVerify, exportJWK, generateKeyPair, type JSONWebKeySet, type JWK } from "jose";
import { ForeignContentError, SealingKeyError } from "./errors.ts";
import { newKeyId } from "./keys.ts";

const algorithm = "Ed25519";

/** `content`: what JSON can hold; the order of its fields does not count. */
export type Sign = (content: object) => Promise<string>;

/** @throws ForeignContentError unless one of the keys signed this very content */
export type Verify = (content: object, signature: unknown) => Promise<void>;

/** A new key pair as JWKs. The key id is 16 random hexadecimal digits unless given. */
export async function generateSigningKey(keyId = newKeyId()): Promise<{ publicKey: JWK; privateKey: JWK }> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  const named = (jwk: JWK): JWK => ({ ...jwk, kid: keyId, alg: algorithm, use: "sig" });
  return {
    publicKey: named(await exportJWK(pair.publicKey)),
    privateKey: named(await exportJWK(pair.privateKey)),
  };
}

/** @throws SealingKeyError when the key is public, has no `kid` or cannot sign. */
export function createSign(privateKey: JWK): Sign {
  const { keyId, key } = checkSigningKey(privateKey, "private");
  const header = Buffer.from(JSON.stringify({ alg: algorithm, kid: keyId })).toString("base64url");
  // Synchronous: jose would take each through a thread of its own.
  return async (content) => {
    const signed = `${header}.${Buffer.from(orderedText(content)).toString("base64url")}`;
    return `${header}..${sign(null, Buffer.from(signed, "latin1"), key).toString("base64url")}`;
  };
}

/** @throws SealingKeyError when the set is empty, or a key in it is of another kind. */
export function createVerify(publicKeys: JSONWebKeySet): Verify {
  const checked = publicKeys.keys.map((jwk) => checkSigningKey(jwk, "public"));
  const keys = new Map(checked.map(({ keyId, key }) => [keyId, key]));
  if (keys.size === 0) throw new SealingKeyError("there is no key to verify with");
  return async (content, signature) => {
    try {
      const [header, nothing, mark] = String(signature).split(".");
      if (nothing !== "") throw new Error("the signature has content of its own");
      const jws = `${header}.${base64url.encode(orderedText(content))}.${mark}`;
      await compactVerify(jws, ({ kid }) => keyOf(keys, kid), { algorithms: [algorithm] });
    } catch (cause) {
      throw new ForeignContentError("the ingress did not sign this, or used an unknown key", {
        cause,
      });
    }
  };
}

/** What may be handed to those who only verify. */
export function publicHalfOf({ d: _, ...publicKey }: JWK): JWK {
  return publicKey;
}

function keyOf<Key>(keys: ReadonlyMap<string, Key>, keyId: string | undefined): Key {
  const key = keys.get(keyId ?? "");
  if (key === undefined) throw new Error("there is no key with that id");
  return key;
}

/** @throws SealingKeyError when the key is not that half of an Ed25519 key, or has no key id. */
export function checkSigningKey(jwk: JWK, half: "public" | "private"): { keyId: string; key: KeyObject } {
  if (typeof jwk?.kid !== "string" || jwk.kid === "")
    throw new SealingKeyError("is not a JWK with kty and kid");
  if (half === "public" && "d" in jwk) throw new SealingKeyError("holds a private key; give its public half");
  try {
    if (jwk.crv !== algorithm) throw new Error("another curve");
    const input = { key: jwk as JsonWebKey, format: "jwk" } as const;
    return { keyId: jwk.kid, key: half === "public" ? createPublicKey(input) : createPrivateKey(input) };
  } catch {
    throw new SealingKeyError(`is not a ${half} Ed25519 key`);
  }
}

/** The same for the same content. */
export function orderedText(content: object): string {
  return JSON.stringify(orderedFields(content));
}
