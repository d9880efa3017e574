// Asks again what may pass: a connection that broke, a limit, an outage.

import { FleetkeeperError } from "./errors.ts";

const attempts = 6;
const maxWaitMs = 60_000;

/** Only for what reads. @throws what the last attempt threw */
export async function persistently<Result>(
  signal: AbortSignal | undefined,
  ask: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (signal?.aborted === true || attempt === attempts || !mayPass(error)) throw error;
      const asked = error instanceof FleetkeeperError ? error.retryAfterMs : undefined;
      await wait(Math.min(asked ?? 250 * 2 ** attempt, maxWaitMs), signal);
    }
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof FleetkeeperError) return error.status === 429 || error.status >= 500;
  // What fetch throws where no answer came.
  return error instanceof TypeError;
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end, { once: true });
    function end() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      done();
    }
  });
}
