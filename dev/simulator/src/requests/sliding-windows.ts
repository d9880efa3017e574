// Sliding windows: how many uses a key had in a stretch of time.

const maxKeys = 100_000;

export class SlidingWindows {
  readonly #uses = new Map<string, { at: number[]; windowMs: number }>();

  /** Counts one use, or gives the milliseconds until there is room for one. */
  use(key: string, limit: number, windowMs: number, now: Date): number | undefined {
    const nowMs = now.getTime();
    const at = (this.#uses.get(key)?.at ?? []).filter((usedAt) => usedAt > nowMs - windowMs);
    const free = at.length < limit;
    if (free) at.push(nowMs);
    this.#uses.set(key, { at, windowMs });
    if (this.#uses.size > maxKeys) this.#sweep(nowMs);
    return free ? undefined : (at[0] as number) + windowMs - nowMs;
  }

  clear(): void {
    this.#uses.clear();
  }

  #sweep(nowMs: number): void {
    for (const [key, { at, windowMs }] of this.#uses) {
      if (at.every((usedAt) => usedAt <= nowMs - windowMs)) this.#uses.delete(key);
    }
  }
}
