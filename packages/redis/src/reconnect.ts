// How a connection comes back: after it was cut, and after a server said that it is not, or no longer, the
// master.

import { meansElsewhere } from "./refusals.ts";

const forgottenAfterMs = 30_000;

/** How one connection comes back. */
export interface Reconnect {
  /** For ioredis: whether to make the connection again; 2 also sends the refused command again. */
  reconnectOnError: (error: Error) => boolean | 2;
  /** For ioredis: how long to wait before attempt number `attempt`, in milliseconds. */
  retryStrategy: (attempt: number) => number;
}

/**
 * Waits from 200 ms, doubled up to `maxMs`. A server that is reached each time and refuses each time
 * counts as failing too: ioredis alone would begin at the shortest wait again after every successful
 * connection.
 */
export function createReconnect(options: { maxMs: number; sendAgain: boolean }): Reconnect {
  const { maxMs, sendAgain } = options;
  let refused = false;
  let refusals = 0;
  let refusedAtMs = Number.NEGATIVE_INFINITY;
  return {
    reconnectOnError(error) {
      if (!meansElsewhere(error)) return false;
      refused = true;
      return sendAgain ? 2 : true;
    },
    retryStrategy(attempt) {
      const nowMs = performance.now();
      if (nowMs - refusedAtMs > forgottenAfterMs) refusals = 0;
      if (refused) {
        refused = false;
        refusals += 1;
        refusedAtMs = nowMs;
      }
      return Math.min(100 * 2 ** Math.min(Math.max(attempt, refusals), 10), maxMs);
    },
  };
}
