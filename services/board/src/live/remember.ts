// What is expensive to read and may be a little old: read once for everybody who asks within a while.

/**
 * Calls `read` when the last result is older than `forMs`, and never while it reads, however long that takes:
 * whoever asks meanwhile shares the result. A failure is not remembered.
 */
export function remember<Value>(forMs: number, read: () => Promise<Value>): () => Promise<Value> {
  let readAtMs = Number.NEGATIVE_INFINITY;
  let isReading = false;
  let value: Promise<Value> | undefined;
  return () => {
    if (value !== undefined && (isReading || performance.now() - readAtMs < forMs)) return value;
    const reading = read();
    isReading = true;
    value = reading;
    reading.then(
      () => {
        isReading = false;
        readAtMs = performance.now();
      },
      () => {
        isReading = false;
        value = undefined;
      },
    );
    return reading;
  };
}
