// Client ids and secrets that look like Trackunit's; they follow from the seed and guard nothing.
import { createHash } from "node:crypto";

/** `0oa` and 17 letters and digits. */
export function clientIdOf(seed: string, accountId: string): string {
  const digest = createHash("sha256").update(`client-id\n${seed}\n${accountId}`).digest("hex");
  return `0oa${BigInt(`0x${digest}`).toString(36).slice(0, 17)}`;
}

/** 43 characters of base64url: the n-th secret of the account. */
export function clientSecretOf(seed: string, accountId: string, serial: number): string {
  return createHash("sha256").update(`client-secret\n${seed}\n${accountId}\n${serial}`).digest("base64url");
}
