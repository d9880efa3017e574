// The fence of one run: every write to its sync is made on the condition that the run still has it.

import type { InstallationId, SyncId } from "@fleetkeeper/model";
import type { Collection, UpdateFilter } from "mongodb";
import type { SyncDocument } from "../documents.ts";
import { LeaseLostError } from "../errors.ts";

/** The right of one run to write, as long as no newer run has begun. */
export interface Fence {
  readonly installationId: InstallationId;
  readonly syncId: SyncId;
  /** The run's fencing token: greater than that of every run of this sync before it. */
  readonly token: number;
  /** Data with a lower one is from before the account was forgotten, in any run. */
  readonly firstToken: number;
  /**
   * Changes the sync's document while the run has it.
   * @throws LeaseLostError
   */
  write($set: Partial<SyncDocument>, added?: number, $min?: { untoldSince: Date }): Promise<void>;
  /**
   * Makes sure that the run still has its sync.
   * @throws LeaseLostError
   */
  check(): Promise<void>;
}

/** For the run that has just started this sync. */
export function createFence(syncs: Collection<SyncDocument>, sync: SyncDocument): Fence {
  const { _id, fencingToken, firstToken, installationId } = sync;
  return {
    installationId,
    syncId: _id,
    token: fencingToken,
    firstToken,

    /** `added`: documents that were added and have to be tidied away some day. */
    async write($set, added = 0, $min = undefined) {
      const update: UpdateFilter<SyncDocument> = {
        $set,
        ...(added > 0 && { $inc: { untidied: added } }),
        ...($min && { $min }),
      };
      const { matchedCount } = await syncs.updateOne({ _id, fencingToken }, update);
      if (matchedCount === 0) throw new LeaseLostError();
    },

    async check() {
      const held = await syncs.findOne({ _id, fencingToken }, { projection: { _id: 1 } });
      if (held === null) throw new LeaseLostError();
    },
  };
}
