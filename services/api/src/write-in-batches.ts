// Writes what has gathered, every now and then and at the end, so that no request waits for MongoDB because
// of it.

export interface BatchesOptions<Batch> {
  /** Hands over what has gathered, and begins again. */
  take: () => Batch;
  write: (batch: Batch) => Promise<void>;
  /** What could not be written joins what has gathered since. */
  giveBack: (batch: Batch) => void;
  onError: (error: unknown) => void;
  everyMs: number;
}

/** One write at a time. `close` writes what is left; a process that is killed loses it. */
export function writeInBatches<Batch>(options: BatchesOptions<Batch>): { close: () => Promise<void> } {
  const { take, write, giveBack, onError, everyMs } = options;
  let writing: Promise<void> | undefined;
  const timer = setInterval(() => void flush(), everyMs);

  return {
    async close() {
      clearInterval(timer);
      await writing;
      await flush();
    },
  };

  function flush(): Promise<void> {
    writing ??= writeOnce().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  async function writeOnce(): Promise<void> {
    const batch = take();
    try {
      await write(batch);
    } catch (error) {
      onError(error);
      giveBack(batch);
    }
  }
}
