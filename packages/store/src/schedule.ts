// When a sync runs next: each installation has its own moment within the interval, so that a million of them
// never run together.

import { fractionOf, type SyncId } from "@fleetkeeper/model";

/**
 * The next of this sync's moments (a fixed phase by the hash of its id, then every `intervalMs`) that is at
 * least half an interval away. The moments do not drift, however long runs take or the system was down.
 */
export function nextSlot(syncId: SyncId, intervalMs: number, now: Date): Date {
  const phaseMs = fractionOf(syncId) * intervalMs;
  const earliest = now.getTime() + intervalMs / 2;
  return new Date(Math.ceil(Math.ceil((earliest - phaseMs) / intervalMs) * intervalMs + phaseMs));
}
