// The one base of every error of ours, and what to do about it. A package adds a base of its own where
// some code tests for it.

/**
 * - `retry`: the same again after a growing wait (an outage, a cut connection);
 * - `later`: the same again at a known time, without counting as a failure (a rate limit);
 * - `never`: no repetition can help (a refused credential, a malformed payload).
 */
export type Remedy = "retry" | "later" | "never";

/** `retryAfterMs`: how long to wait at least, where that is known. */
export type ErrorDetails = ErrorOptions & { retryAfterMs?: number | undefined };

/**
 * `code` is stable, `message` may change and holds no secret, token or body; `name` is the name of the class.
 */
export abstract class FleetkeeperError extends Error {
  abstract readonly code: string;
  /** What the worker's `retry.ts` decides by. */
  abstract readonly remedy: Remedy;
  override readonly name: string = this.constructor.name;
  /** How long to wait at least, in milliseconds, where that is known. */
  readonly retryAfterMs?: number;

  constructor(message: string, { retryAfterMs, ...options }: ErrorDetails = {}) {
    super(message, options);
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}

/**
 * What a class of error extends: `base`, with its constructor, and what is the same for each error of the
 * class.
 */
export function defineError<Base extends FleetkeeperError, Details extends unknown[], Code extends string>(
  base: abstract new (...details: Details) => Base,
  code: Code,
  remedy: Remedy,
): new (
  ...details: Details
) => Base & { readonly code: Code; readonly remedy: Remedy } {
  class Defined extends (base as abstract new (...details: Details) => FleetkeeperError) {
    readonly code = code;
    readonly remedy = remedy;
  }
  return Defined as unknown as ReturnType<typeof defineError<Base, Details, Code>>;
}

/**
 * The message at the root of an outage, for instance of MongoDB's driver; `error`'s own where it has no
 * cause.
 */
export function rootMessage(error: unknown): string {
  const root = rootOf(error);
  return root instanceof Error ? root.message : String(root);
}

/** What began it: the last of the causes, at most five deep; of several at once, the first. */
export function rootOf(error: unknown): unknown {
  let root = error;
  for (let depth = 0; depth < 5 && root instanceof Error && root.cause instanceof Error; depth++)
    root = root.cause;
  return root instanceof AggregateError && root.errors.length > 0 ? root.errors[0] : root;
}
