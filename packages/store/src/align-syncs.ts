// The state of an installation is the truth, and its syncs follow: stopped while it is paused or revoked,
// awake while it is active.

import type { Generation, InstallationId, Waiting } from "@fleetkeeper/model";
import type { Collection, Db, Filter } from "mongodb";
import type { SyncDocument } from "./documents.ts";
import { WriteContendedError } from "./errors.ts";
import { idsUnder } from "./id-range.ts";
import type { Installations } from "./installations.ts";
import { ownCollection } from "./own-collection.ts";

/** A writer that changes the state more often than this meanwhile will align the syncs too. */
const looks = 10;

const stops: Record<"paused" | "revoked", Waiting> = {
  paused: { for: "operator", code: "paused", of: "account" },
  revoked: { for: "credential", code: "revoked" },
};

/** Makes an installation's syncs follow its state. A second call changes nothing. */
export type AlignSyncs = ReturnType<typeof createAlignSyncs>;

/**
 * Anyone who changes the state calls this afterwards. It looks at the state again when the syncs follow, so
 * of two who change it at once one sees what the other wrote, and the syncs end up with the last. After a
 * crash in between the next token does it: every change of the state makes the installation's `prewarmAt`
 * due, and each prewarm calls this. Syncs that are paused one by one stay so.
 * @throws WriteContendedError
 */
export function createAlignSyncs(db: Db, installations: Pick<Installations, "find" | "quietPause">) {
  const syncs: Collection<SyncDocument> = ownCollection(db, "syncs");

  return async (id: InstallationId, now: Date): Promise<void> => {
    let installation = await installations.find(id);
    for (let look = 0; look < looks && installation !== null; look++) {
      const { state, generation } = installation;
      if (state === "pending") return;
      if (state === "active") await wake(id, now);
      else if (state === "paused") await stop(id, state, { "waiting.of": { $nin: ["sync", "account"] } });
      else await stop(id, state, refusedWith(generation));
      installation = await installations.find(id);
      if (installation?.state !== state) continue;
      return state === "paused" ? installations.quietPause(id) : undefined;
    }
    if (installation !== null) throw new WriteContendedError();
  };

  async function wake(id: InstallationId, now: Date): Promise<void> {
    const filter: Filter<SyncDocument> = {
      _id: idsUnder(id),
      $or: [{ "waiting.for": "credential" }, { "waiting.of": "account" }],
    };
    // Each granted token comes here, and hardly ever there is one to wake: a look costs less than a write.
    if ((await syncs.findOne(filter, { projection: { _id: 1 } })) === null) return;
    const waiting: Waiting = { for: "schedule", until: now };
    await syncs.updateMany(filter, { $set: { nextRunAt: now, waiting, failures: 0 } });
  }

  /** A run in progress loses its lease. */
  async function stop(
    id: InstallationId,
    state: "paused" | "revoked",
    only: Filter<SyncDocument>,
  ): Promise<void> {
    const $set = { nextRunAt: null, dispatchedAt: null, waiting: stops[state] };
    await syncs.updateMany({ _id: idsUnder(id), ...only }, { $set, $inc: { fencingToken: 1 } });
  }
}

/** Those that know of no newer install than the one whose credential was refused. */
function refusedWith(generation: Generation): Filter<SyncDocument> {
  return {
    "waiting.of": { $ne: "sync" },
    "waiting.for": { $ne: "credential" },
    generation: { $not: { $gt: generation } },
  };
}
