// How many places of this worker one account holds, so that a few accounts that hang do not hold all of them.

export interface Places {
  /** False when the account holds as many as it may. */
  take(account: string): boolean;
  giveBack(account: string): void;
}

export function createPlaces(perAccount: number): Places {
  const held = new Map<string, number>();
  return {
    take(account) {
      const count = held.get(account) ?? 0;
      if (count >= perAccount) return false;
      held.set(account, count + 1);
      return true;
    },

    giveBack(account) {
      const count = (held.get(account) ?? 1) - 1;
      if (count === 0) held.delete(account);
      else held.set(account, count);
    },
  };
}
