// Places for work that takes long and costs much: a few at a time, and not all of them for one who asks.

/** Gives places to those who ask. */
export interface Shares {
  /** @returns what gives the place back, more than once too; undefined where there is none. */
  take(owner: string): (() => void) | undefined;
}

/** `perOwner` default: half of `total`, at least one. */
export function createShares(options: { total: number; perOwner?: number }): Shares {
  const { total, perOwner = Math.max(1, Math.floor(total / 2)) } = options;
  const counts = new Map<string, number>();
  let taken = 0;
  return {
    take(owner) {
      const count = counts.get(owner) ?? 0;
      if (taken >= total || count >= perOwner) return undefined;
      counts.set(owner, count + 1);
      taken += 1;
      let isBack = false;
      return () => {
        if (isBack) return;
        isBack = true;
        taken -= 1;
        const left = (counts.get(owner) ?? 1) - 1;
        if (left > 0) counts.set(owner, left);
        else counts.delete(owner);
      };
    },
  };
}
