// Upserts and inserts that meet another one. MongoDB answers 11000 to one of two that insert at once; what
// that means is decided by reading, never assumed.

import { isDuplicateKey, WriteContendedError } from "./errors.ts";

/** Two writers that meet this often in a row do so on purpose. */
const tries = 10;

/**
 * Writes; when MongoDB says that the key exists, `reread` looks at what is there and gives the result, or
 * undefined to write again: the other may have been older, or may be gone by now.
 * @throws WriteContendedError after 10 tries
 */
export async function decidedUpsert<Result>(
  write: () => Promise<Result>,
  reread: () => Promise<Result | undefined>,
): Promise<Result> {
  for (let attempt = 0; attempt < tries; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    const decided = await reread();
    if (decided !== undefined) return decided;
  }
  throw new WriteContendedError();
}

/** For an upsert by `_id` alone: the second time it finds what the other one inserted. */
export function plainUpsert<Result>(write: () => Promise<Result>): Promise<Result> {
  return decidedUpsert(write, async () => undefined);
}
