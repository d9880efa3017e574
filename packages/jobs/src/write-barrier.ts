// One wait for all that was written before it, instead of one wait per caller.

/** While one wait is under way, the next gathers callers for this long. */
const gatherMs = 250;

/**
 * A function that resolves once a wait that began after the call has ended, and rejects when that one failed.
 * Callers share waits; each of `connections` has one at a time. Several of them matter where `appendfsync` is
 * `everysec`: a caller that comes during a wait then gets the same flush as those before it, and not the one
 * a second later.
 */
export function createWriteBarrier<Connection>(
  connections: readonly Connection[],
  wait: (connection: Connection) => Promise<void>,
): () => Promise<void> {
  const free = [...connections];
  let gathering: PromiseWithResolvers<void> | undefined;
  let timerRuns = false;
  let startedAtMs = Number.NEGATIVE_INFINITY;

  function startIfDue(): void {
    const connection = free.at(-1);
    if (gathering === undefined || connection === undefined) return;
    const restMs = free.length === connections.length ? 0 : startedAtMs + gatherMs - performance.now();
    if (restMs > 0) {
      if (!timerRuns) setTimeout(startLater, restMs);
      timerRuns = true;
      return;
    }
    const { resolve, reject } = gathering;
    gathering = undefined;
    startedAtMs = performance.now();
    free.pop();
    wait(connection)
      .then(resolve, reject)
      .finally(() => {
        free.push(connection);
        startIfDue();
      });
  }

  function startLater(): void {
    timerRuns = false;
    startIfDue();
  }

  return () => {
    gathering ??= Promise.withResolvers();
    const { promise } = gathering;
    startIfDue();
    return promise;
  };
}
