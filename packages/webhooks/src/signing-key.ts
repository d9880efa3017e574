// The signing key of an endpoint, as Trackunit Manager shows it. Source: Svix, "How to verify webhooks
// manually".

import { randomBytes } from "node:crypto";
import { InvalidSigningKeyError } from "./errors.ts";

/** `whsec_` and the key in base64. */
export type SigningKey = string & { readonly __brand: "SigningKey" };

const bytes = { least: 24, most: 75, ofOurs: 32 };

/** @throws InvalidSigningKeyError */
export function readSigningKey(text: string): SigningKey {
  const [, encoded] =
    /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(text.trim()) ?? [];
  const { length } = Buffer.from(encoded ?? "", "base64");
  if (length < bytes.least || length > bytes.most) throw new InvalidSigningKeyError();
  return text.trim() as SigningKey;
}

/** A new one, of 256 random bits. */
export function newSigningKey(): SigningKey {
  return `whsec_${randomBytes(bytes.ofOurs).toString("base64")}` as SigningKey;
}
