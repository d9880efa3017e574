// What a cookie of ours carries, encrypted (JWE, RFC 7516): by the newest key, and read with any of them, so
// that keys change without a stop.

import { EncryptJWT, type JWTPayload, jwtDecrypt } from "jose";

/** `keys`: 32 bytes each, the newest first. */
export function sealCookie(
  keys: readonly Uint8Array[],
  claims: JWTPayload,
  { id, subject, expiresAt }: { id: string; subject?: string; expiresAt: Date },
): Promise<string> {
  const [newest] = keys;
  if (newest === undefined) throw new Error("there is no key");
  const token = new EncryptJWT(claims).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).setJti(id);
  if (subject !== undefined) token.setSubject(subject);
  return token.setExpirationTime(expiresAt).encrypt(newest);
}

/** @returns undefined when none of the keys made it, it has expired, or lacks a claim. */
export async function openCookie<Claims>(
  keys: readonly Uint8Array[],
  text: string,
  { requiredClaims, now }: { requiredClaims: string[]; now: Date },
): Promise<(Claims & JWTPayload) | undefined> {
  for (const key of keys) {
    const opened = await jwtDecrypt<Claims>(text, key, {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
      requiredClaims,
      currentDate: now,
    }).catch(() => undefined);
    if (opened !== undefined) return opened.payload;
  }
  return undefined;
}
