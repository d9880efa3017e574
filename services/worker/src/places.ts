// The places of this worker: the number of syncs it runs at a time, and the number per account, so that a few
// accounts that hang do not hold all places.

export interface Places {
  /** The number of places that are held. */
  readonly held: number;
  /** Takes a place as soon as one is free; the longest wait is first. */
  take(account: string): Promise<TakenPlace>;
  /** @returns how many the account still holds. */
  giveBack(account: string): number;
  /** Waits until a place is free. */
  room(): Promise<void>;
  /** Ends every wait: `take` gives `full`. */
  endWaiting(): void;
  /**
   * Whether no sync waits for the place that a sync of this account holds: another place is free, and no sync
   * of the account was turned away.
   */
  mayKeep(account: string): boolean;
}

/** `account full`: the account holds all the places it may have; the answer comes at once. */
export type TakenPlace = "taken" | "full" | "account full";

interface Waiter {
  account: string;
  answer: (answer: TakenPlace) => void;
}

export function createPlaces({ total, perAccount }: { total: number; perAccount: number }): Places {
  let held = 0;
  const heldBy = new Map<string, number>();
  let waiters: Waiter[] = [];
  let waitersForRoom: (() => void)[] = [];
  /** Accounts that had a sync turned away since one of their places was given back last. */
  const turnedAway = new Set<string>();

  return {
    get held() {
      return held;
    },

    async take(account) {
      if (held < total || accountIsFull(account)) return takeFree(account);
      return new Promise((answer) => waiters.push({ account, answer }));
    },

    giveBack(account) {
      held--;
      turnedAway.delete(account);
      const left = (heldBy.get(account) ?? 1) - 1;
      if (left === 0) heldBy.delete(account);
      else heldBy.set(account, left);
      for (let next = waiters[0]; next !== undefined && held < total; next = waiters[0]) {
        waiters.shift();
        next.answer(takeFree(next.account));
      }
      if (held < total) endWaitingForRoom();
      return left;
    },

    async room() {
      if (held === total) await new Promise<void>((come) => waitersForRoom.push(come));
    },

    endWaiting() {
      const turned = waiters;
      waiters = [];
      for (const { answer } of turned) answer("full");
      endWaitingForRoom();
    },

    mayKeep: (account) => held < total && !turnedAway.has(account),
  };

  function endWaitingForRoom(): void {
    const come = waitersForRoom;
    waitersForRoom = [];
    for (const one of come) one();
  }

  function accountIsFull(account: string): boolean {
    return (heldBy.get(account) ?? 0) >= perAccount;
  }

  function takeFree(account: string): TakenPlace {
    if (accountIsFull(account)) {
      turnedAway.add(account);
      return "account full";
    }
    held++;
    heldBy.set(account, (heldBy.get(account) ?? 0) + 1);
    return "taken";
  }
}
