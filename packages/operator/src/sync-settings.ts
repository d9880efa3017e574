// What an operator can set for one sync of an account.

import type { InstallationId } from "@fleetkeeper/model";
import type { Store } from "@fleetkeeper/store";
import { WrongStateError } from "./errors.ts";
import type { Subjects } from "./subjects.ts";

/** A part of the operator's actions. */
export function createSyncSettings(store: Store, now: () => Date, { syncOf, note }: Subjects) {
  return {
    /** Another interval for one sync; null: its definition's. At least a minute. */
    async setInterval(
      who: string,
      id: InstallationId,
      sync: string,
      intervalMs: number | null,
    ): Promise<void> {
      if (intervalMs !== null && !(intervalMs >= 60_000))
        throw new WrongStateError("an interval is at least one minute");
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
