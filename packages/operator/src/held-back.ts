// A mass deletion that waits for an operator's word, or for more passes that agree.

import type { HeldBack } from "@fleetkeeper/model";
import { count, counted } from "./words.ts";

/** One sentence without a full stop. */
export function describeHeldBack({
  missing,
  known,
  passes,
  believedAfter,
  confirmedAfter,
}: HeldBack): string {
  const gone = `${count(missing)} of ${count(known)} records were missing in the last ${passes === 1 ? "pass" : `${count(passes)} passes`}`;
  if (confirmedAfter !== null)
    return `${gone}; an operator confirmed it, and the next pass that misses them deletes them`;
  if (believedAfter === null)
    return `${gone}, and the account's client id changed: their deletion is held back until an operator confirms it`;
  const more = Math.max(1, believedAfter - passes);
  return `${gone}: their deletion is held back until an operator confirms it or ${counted(more, "more pass").replace(/passs$/, "passes")} ${more === 1 ? "agrees" : "agree"}`;
}
