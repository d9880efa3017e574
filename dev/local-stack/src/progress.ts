// A long step that tells how long it has been going, and ends in time.

const everyMs = 5_000;

export interface LongStep {
  what: string;
  timeoutMs: number;
  onProgress: (line: string) => void;
  /** Said after the elapsed time, for instance "212 packages compiled". */
  detail?: () => string;
}

/** Resolves as the step does; rejects after `timeoutMs`, without ending what continues behind. */
export async function withProgress<T>(step: Promise<T>, long: LongStep): Promise<T> {
  const startedAtMs = Date.now();
  const elapsedS = () => Math.round((Date.now() - startedAtMs) / 1_000);
  const ticker = setInterval(() => {
    const detail = long.detail?.();
    long.onProgress(`${long.what}: ${elapsedS()} s${detail ? `, ${detail}` : ""}`);
  }, everyMs);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${elapsedS()} s`)), long.timeoutMs);
  });
  try {
    return await Promise.race([step, late]);
  } finally {
    clearInterval(ticker);
    clearTimeout(timer);
  }
}
