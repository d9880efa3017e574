// Keeps a run's lease while it waits for a slow page, and gives the run up when it lost the lease or nothing
// comes for too long.

import { defineError, FleetkeeperError } from "@fleetkeeper/model";

/** A page took longer than SYNC_PAGE_MS. */
export class PageTooSlowError extends defineError(FleetkeeperError, "ERR_PAGE_TOO_SLOW", "retry") {
  constructor(pageMs: number) {
    super(`a page took longer than ${pageMs / 1_000} s; make pages smaller, or SYNC_PAGE_MS greater`);
  }
}

export interface KeptLease {
  /** Aborts, with the reason, when the run must end. */
  signal: AbortSignal;
  /** A page has come. */
  progress(): void;
  stop(): void;
}

/**
 * Nothing new for `pageMs`: the page is given up. `extend` is called every third of `leaseMs`; what it
 * rejects with ends the run, unless it is the database's trouble, which may pass.
 */
export function keepLease(options: {
  leaseMs: number;
  pageMs: number;
  extend: () => Promise<void>;
  isLost: (error: unknown) => boolean;
}): KeptLease {
  const { leaseMs, pageMs, extend, isLost } = options;
  const end = new AbortController();
  let lastMs = performance.now();
  const timer = setInterval(() => {
    if (performance.now() - lastMs > pageMs) return end.abort(new PageTooSlowError(pageMs));
    extend().catch((error: unknown) => {
      if (isLost(error)) end.abort(error);
    });
  }, Math.min(leaseMs, pageMs) / 3);
  return {
    signal: end.signal,
    progress() {
      lastMs = performance.now();
    },
    stop: () => clearInterval(timer),
  };
}
