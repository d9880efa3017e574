// What is expensive to read and may be a little old: read once for everybody who asks within a while.

/**
 * Calls `read` at most once every `forMs`; a caller that asks meanwhile shares the result. A failure is not
 * remembered.
 */
export function remember<Value>(forMs: number, read: () => Promise<Value>): () => Promise<Value> {
  let readAtMs = Number.NEGATIVE_INFINITY;
  let value: Promise<Value> | undefined;
  return () => {
    if (value !== undefined && performance.now() - readAtMs < forMs) return value;
    const reading = read();
    readAtMs = performance.now();
    value = reading;
    reading.catch(() => {
      if (value === reading) value = undefined;
    });
    return reading;
  };
}
