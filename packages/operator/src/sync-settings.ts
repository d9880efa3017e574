// What an operator can set for one sync of an account.

import type { InstallationId } from "@fleetkeeper/model";
import type { Store } from "@fleetkeeper/store";
import { WrongInputError, WrongStateError } from "./errors.ts";
import type { Subjects } from "./subjects.ts";
import { duration } from "./times.ts";

/** What an operator may set. */
export const intervalBounds = { minMs: 60_000, maxMs: 31 * 86_400_000 } as const;

/** Whether an operator may set it. */
export function isInterval(ms: number): boolean {
  return ms >= intervalBounds.minMs && ms <= intervalBounds.maxMs;
}

/** A part of the operator's actions. */
export function createSyncSettings(store: Store, now: () => Date, { syncOf, note }: Subjects) {
  return {
    /** Another interval for one sync; null: its definition's. By `intervalBounds`. */
    async setInterval(
      who: string,
      id: InstallationId,
      sync: string,
      intervalMs: number | null,
    ): Promise<void> {
      if (intervalMs !== null && !isInterval(intervalMs))
        throw new WrongInputError(
          `an interval is from ${duration(intervalBounds.minMs)} to ${duration(intervalBounds.maxMs)}`,
        );
      const { _id } = await syncOf(id, sync);
      await note(who, intervalMs === null ? "interval reset" : `interval ${intervalMs / 1_000} s`, id, sync);
      await store.syncs.setInterval(_id, intervalMs, now());
    },

    /**
     * Confirms that what the last passes of a sync missed is gone: the next pass that misses it too deletes
     * it.
     * @throws NotFoundError, WrongStateError when nothing is held back
     */
    async confirmDeletions(who: string, id: InstallationId, sync: string): Promise<void> {
      const { _id, heldBack } = await syncOf(id, sync);
      if (!heldBack) throw new WrongStateError("no deletion of this sync is held back");
      await note(who, `confirm ${heldBack.missing} deletions`, id, sync);
      if (!(await store.syncs.confirmMissing(_id, heldBack, now())))
        throw new WrongStateError("what is held back has changed; look at it again");
    },
  };
}
