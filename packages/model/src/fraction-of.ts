// Spreads what happens to many over a time, each always at the same place of it.

import { createHash } from "node:crypto";

/** At least 0 and below 1, by a hash of the text: always the same for the same. */
export function fractionOf(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE() / 2 ** 32;
}
