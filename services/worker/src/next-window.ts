// Where the next pass of a windowed sync begins and ends, so that nothing falls between two of them.

import type { TimeWindow } from "@fleetkeeper/model";
import type { SyncDocument } from "@fleetkeeper/store";
import type { SyncDefinition } from "@fleetkeeper/syncs";

/**
 * Up to the beginning of the pass, taken before its first request: the next one continues there. Of this
 * machine's clock and MongoDB's the earlier one counts, so that one clock that is ahead makes no window that
 * was not really read. From the end of the last window less what may arrive late; from where that one
 * began when it ends in the future, as it does after both clocks were wrong; and from the window that is to
 * be read again, as far as the sync looks back.
 */
export function nextWindow(
  window: SyncDefinition["window"],
  { window: last, rereadFrom, serverAt }: Pick<SyncDocument, "window" | "rereadFrom" | "serverAt">,
  startedAt: Date,
): TimeWindow | null {
  if (window === undefined) return null;
  const to = serverAt !== undefined && serverAt < startedAt ? serverAt : startedAt;
  const earliestMs = to.getTime() - window.lookbackMs;
  const fromMs =
    last === null
      ? earliestMs
      : (last.to <= to ? last.to : earlier(last.from, to)).getTime() - window.overlapMs;
  const rereadMs = rereadFrom === null ? fromMs : Math.max(rereadFrom.getTime(), earliestMs);
  return { from: new Date(Math.min(fromMs, rereadMs)), to };
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}
