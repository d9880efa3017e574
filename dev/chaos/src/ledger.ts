// What was promised to whom during a run: what each account's last accepted wish was, and which of them may
// be lost with Redis.

import type { SimulatedAccount } from "@fleetkeeper/simulator";

/** What an account must be in the end. `none`: nothing was accepted for it yet. */
export type Wish = "none" | "installed" | "forgotten";

export interface Entry {
  account: SimulatedAccount;
  wish: Wish;
  /** It is being worked on. */
  isBusy: boolean;
  /** Was forgotten at least once, so that its change feed does not begin at the beginning. */
  wasForgotten: boolean;
  /** Redis was lost while what was accepted for it might be nowhere else: it is asked for again. */
  isAtRisk: boolean;
  /** Records that Trackunit really deleted, by the id that Trackunit itself uses. */
  deleted: Set<string>;
}

export interface Ledger {
  entries: Entry[];
  add(account: SimulatedAccount): Entry;
  /** Grows with each loss of Redis: what was under way meanwhile is at risk. */
  losses: number;
  /** How many callbacks were answered how, 0 for no answer. */
  answers: Map<number, number>;
  accepted: number;
  /** Accepted wishes that were asked for again after a loss of Redis. */
  askedAgain: number;
  /** Every client secret that there ever was. */
  secrets: Set<string>;
}

export function createLedger(): Ledger {
  const ledger: Ledger = {
    entries: [],
    losses: 0,
    answers: new Map(),
    accepted: 0,
    askedAgain: 0,
    secrets: new Set(),
    add(account) {
      const entry: Entry = {
        account,
        wish: "none",
        isBusy: false,
        wasForgotten: false,
        isAtRisk: false,
        deleted: new Set(),
      };
      ledger.entries.push(entry);
      return entry;
    },
  };
  return ledger;
}
