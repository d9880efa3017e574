// How long a run keeps its place: a number of pages or a time, whichever ends first, and longer while no
// other sync waits for it.

export interface Turn {
  pageRead(): void;
  isOver(): boolean;
}

/**
 * `mayGoOn` is asked when a turn ends; when it says so, another one follows, until they are `maxMs` together.
 */
export function createTurn(options: {
  pages: number;
  ms: number;
  maxMs: number;
  mayGoOn: () => boolean;
}): Turn {
  const begunAtMs = performance.now();
  let pages = 0;
  let turnedAtMs = begunAtMs;
  return {
    pageRead() {
      pages++;
    },

    isOver() {
      const nowMs = performance.now();
      if (pages < options.pages && nowMs < turnedAtMs + options.ms) return false;
      if (nowMs >= begunAtMs + options.maxMs || !options.mayGoOn()) return true;
      pages = 0;
      turnedAtMs = nowMs;
      return false;
    },
  };
}
