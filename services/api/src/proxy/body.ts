// The body of a request that is forwarded: a small one is kept, so that it can be sent again; a large one
// streams through.

import { Problem } from "../problems.ts";

const keptBytes = 1024 * 1024;
const maxBytes = 32 * 1024 * 1024;

export interface Counted {
  bytes: number;
  /** Reads what is left, when the answer is there without it: else its connection would wait for that. */
  drain?: () => Promise<void>;
}

/**
 * `counted` grows with what was read.
 * @throws Problem ERR_BODY_TOO_LARGE, also while it streams
 */
export async function forwardedBody(
  body: AsyncIterable<Uint8Array> | undefined,
  counted: Counted,
): Promise<Buffer | AsyncIterable<Uint8Array> | null> {
  if (body === undefined) return null;
  const kept: Uint8Array[] = [];
  const parts = body[Symbol.asyncIterator]();
  counted.drain = async () => {
    for (let isDone = false; !isDone; ) isDone = (await parts.next().catch(() => undefined))?.done ?? true;
  };
  while (counted.bytes <= keptBytes) {
    const { done, value } = await parts.next();
    if (done) return counted.bytes === 0 ? null : Buffer.concat(kept);
    kept.push(value);
    counted.bytes += value.length;
  }
  return rest(kept, parts, counted);
}

async function* rest(
  kept: readonly Uint8Array[],
  parts: AsyncIterator<Uint8Array>,
  counted: Counted,
): AsyncGenerator<Uint8Array> {
  yield* kept;
  for (;;) {
    const { done, value } = await parts.next();
    if (done) return;
    counted.bytes += value.length;
    if (counted.bytes > maxBytes) throw new Problem("ERR_BODY_TOO_LARGE");
    yield value;
  }
}
