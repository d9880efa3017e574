// Keeps a run's lease while it waits for a slow page, and gives the run up when it lost the lease or nothing comes for too long.

/** Nothing new for so long: the page is given up. */
const longestPageMs = 15 * 60_000;

/** A page took longer than 15 minutes. */
export class PageTooSlowError extends Error {
  readonly code = "ERR_PAGE_TOO_SLOW";
  readonly remedy = "retry";

  constructor() {
    super("a page took longer than 15 minutes; make pages smaller");
  }
}

export interface KeptLease {
  /** Aborts, with the reason, when the run must end. */
  signal: AbortSignal;
  /** A page has come. */
  progress(): void;
  stop(): void;
}

/** `extend` is called every third of `leaseMs`; what it rejects with ends the run, unless it is the database's trouble, which may pass. */
export function keepLease(options: {
  leaseMs: number;
  extend: () => Promise<void>;
  isLost: (error: unknown) => boolean;
}): KeptLease {
  const { leaseMs, extend, isLost } = options;
  const end = new AbortController();
  let lastMs = performance.now();
  const timer = setInterval(() => {
    if (performance.now() - lastMs > longestPageMs) return end.abort(new PageTooSlowError());
    extend().catch((error: unknown) => {
      if (isLost(error)) end.abort(error);
    });
  }, leaseMs / 3);
  return {
    signal: end.signal,
    progress() {
      lastMs = performance.now();
    },
    stop: () => clearInterval(timer),
  };
}
