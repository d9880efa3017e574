// What an attack is, for the tables beside this file.

import { createHmac, createSign, type KeyObject } from "node:crypto";

/**
 * What an attacker has: the published keys, a sound token seen on its way, keys of its own, a server that
 * counts.
 */
export interface Loot {
  /** In compact form, signed by the platform, not used yet. */
  soundToken: string;
  /** Of the platform's RSA key, as anybody can fetch it. */
  published: { kid: string; pem: string; der: Buffer; jwk: string; modulus: Buffer };
  /** The key id of the platform's elliptic key. */
  ellipticKid: string;
  own: { rsa: KeyObject; ec: KeyObject; jwk: Record<string, unknown> };
  /** Nothing may ever ask it. */
  ownServer: string;
}

export interface Attack {
  name: string;
  /** Where it is described. */
  source: string;
  /** Any of these. */
  refusedWith: readonly string[];
}

export const base64url = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** The first two parts of a token with this header, and the claims of `token`. */
export function signingInput(token: string, header: unknown): string {
  return `${base64url(header)}.${token.split(".")[1]}`;
}

export function hmacToken(input: string, secret: string | Buffer): string {
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

export function rsaToken(input: string, key: KeyObject): string {
  return `${input}.${createSign("sha256").update(input).sign(key, "base64url")}`;
}

export function ecToken(input: string, key: KeyObject): string {
  const signature = createSign("sha256").update(input).sign({ key, dsaEncoding: "ieee-p1363" });
  return `${input}.${signature.toString("base64url")}`;
}
