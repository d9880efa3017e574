// An instant in a cell of a table.

import { fromNow } from "@fleetkeeper/operator";

/** For instance `3 min ago` or `in 2 h`; `-` for none. */
export function fromNowOrNone(at: Date | null | undefined, now: Date): string {
  return at === null || at === undefined ? "-" : fromNow(at, now);
}
