// A promise that a test starts now and awaits later.

/**
 * Keeps a rejection for the `await` that comes later. Without it Node.js reports a rejection that comes first
 * as unhandled, and vitest counts that as a failure of the whole run, even if the test passes at its second
 * try.
 *
 * @returns the same promise, which must still be awaited.
 */
export function inBackground<Work extends PromiseLike<unknown>>(work: Work): Work {
  work.then(undefined, () => undefined);
  return work;
}
