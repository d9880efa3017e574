// What to do about an error: the one property that every error of ours carries for the worker's `retry.ts`.

/**
 * - `retry`: the same again after a growing wait (an outage, a cut connection);
 * - `later`: the same again at a known time, without counting as a failure (a rate limit);
 * - `never`: no repetition can help (a refused credential, a malformed payload).
 */
export type Remedy = "retry" | "later" | "never";

/** The shape that every error class of ours has. `code` is stable; `message` holds no secret, token or body. */
export interface FleetkeeperError extends Error {
  readonly code: string;
  readonly remedy: Remedy;
  /** How long to wait at least, in milliseconds, where the server said so. */
  readonly retryAfterMs?: number;
}

export function isFleetkeeperError(error: unknown): error is FleetkeeperError {
  return error instanceof Error && "code" in error && "remedy" in error;
}
