// Which syncs an installation has: made by its first install, and brought to each newer credential.

import {
  type Generation,
  type InstallationId,
  type SyncId,
  syncIdOf,
  type Waiting,
} from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import { decidedUpsert } from "./decided-upsert.ts";
import type { SyncDocument } from "./documents.ts";
import { WriteContendedError } from "./errors.ts";
import { idsUnder } from "./id-range.ts";
import type { InstallationDocument } from "./installation-document.ts";
import { fieldsAtFirst } from "./sync-fields.ts";

/** What a new credential may cure or renew. */
const renewable: Waiting["for"][] = ["backoff", "scope", "schedule"];
/** Syncs that change more often than this while we look do so on purpose. */
const looks = 10;

/** A part of `syncs`. */
export function createPlanSyncs(syncs: Collection<SyncDocument>) {
  return {
    /**
     * Makes the syncs of an installation that do not exist yet, due at once unless the installation is
     * paused; those that exist keep their progress and use this install's credential from now on, and are due
     * where it may cure or renew them. `firstToken`: asked where there are new ones, before they are made and
     * after, whose fencing tokens begin there; default 0. Undefined, or an error: the account is forgotten,
     * or is being forgotten, and none of them stays.
     */
    async plan(
      { _id: installationId, generation, state }: Pick<InstallationDocument, "_id" | "generation" | "state">,
      names: readonly string[],
      { now, firstToken = async () => 0 }: { now: Date; firstToken?: () => Promise<number | undefined> },
    ): Promise<void> {
      const planned = await syncs.find({ _id: idsUnder(installationId) }).toArray();
      if (planned.some((sync) => !(sync.generation >= generation)))
        await renew(installationId, generation, now);
      const present = new Set(planned.map(({ sync }) => sync));
      const missing = names.filter((name) => !present.has(name));
      if (missing.length === 0) return;
      const fencingToken = await firstToken();
      if (fencingToken === undefined) return;
      await insertUnlessPresent(
        missing.map((sync) => ({
          _id: syncIdOf(installationId, sync),
          installationId,
          sync,
          intervalMs: null,
          nextRunAt: state === "paused" ? null : now,
          dispatchedAt: null,
          fencingToken,
          generation,
          waiting:
            state === "paused"
              ? { for: "operator", code: "paused", of: "account" }
              : { for: "schedule", until: now },
          lastRun: null,
          lastSuccessAt: null,
          runAgain: false,
          createdAt: now,
          failures: 0,
          checkpoint: null,
          ...fieldsAtFirst(now),
          firstToken: fencingToken,
        })),
      );
      // The account may have been forgotten since the token was requested, by a worker that looked for
      // syncs before these existed.
      const withdraw = async () => {
        const _id = { $in: missing.map((name) => syncIdOf(installationId, name)) };
        await syncs.deleteMany({ _id, firstToken: fencingToken });
      };
      const least = await firstToken().catch(async (error: unknown) => {
        await withdraw();
        throw error;
      });
      if (least === undefined) await withdraw();
      else if (least > fencingToken)
        await syncs.updateMany(
          { _id: idsUnder(installationId), fencingToken: { $lt: least } },
          { $set: { fencingToken: least, firstToken: least } },
        );
    },

    renew,
  };

  /**
   * After a new install: from now on each run uses this credential or a newer one, and what waits for
   * something that it may cure or renew is due. A run in progress finds the new install when it ends.
   * @throws WriteContendedError
   */
  async function renew(installationId: InstallationId, generation: Generation, now: Date): Promise<void> {
    const older = { _id: idsUnder<SyncId>(installationId), generation: { $not: { $gte: generation } } };
    const waiting: Waiting = { for: "schedule", until: now };
    const due = { nextRunAt: now, waiting, failures: 0, generation };
    // A sync may change from the one kind to the other between the two writes, and has neither then.
    for (let look = 0; look < looks; look++) {
      await syncs.updateMany({ ...older, "waiting.for": { $in: renewable } }, { $set: due });
      await syncs.updateMany({ ...older, "waiting.for": { $nin: renewable } }, { $set: { generation } });
      if ((await syncs.findOne(older, { projection: { _id: 1 } })) === null) return;
    }
    throw new WriteContendedError();
  }

  /** In one command, for an install waits for it. */
  async function insertUnlessPresent(planned: readonly SyncDocument[]): Promise<void> {
    let left = [...planned];
    await decidedUpsert(
      async () => (await syncs.insertMany(left, { ordered: false })).acknowledged,
      async () => {
        const ids = left.map(({ _id }) => _id);
        const found = await syncs.find({ _id: { $in: ids } }, { projection: { _id: 1 } }).toArray();
        const present = new Set(found.map(({ _id }) => _id));
        left = left.filter(({ _id }) => !present.has(_id));
        return left.length === 0 || undefined;
      },
    );
  }
}
