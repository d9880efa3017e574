// Forgetting an account: its credential and everything that was read for it. What stays is a tombstone: when,
// so that an older install does not bring the account back, and how far its fencing tokens came, so that job
// ids and feed positions never repeat.

import { type AccountEvent, eventIdOf, type Install, type InstallationId } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import { createClearInstallation } from "./clear-installation.ts";
import { isInstalledSince } from "./credential-decisions.ts";
import type { Credentials } from "./credentials.ts";
import { plainUpsert } from "./decided-upsert.ts";
import type { ForgottenDocument } from "./documents.ts";
import { AccountBeingForgottenError } from "./errors.ts";
import { createEventLog } from "./events/event-log.ts";
import { type Interest, putOut } from "./events/interest.ts";
import type { InstallationDocument } from "./installation-document.ts";
import { ownCollection } from "./own-collection.ts";

/**
 * After this an install no longer waits for a clearing, whose job may be lost, but does it too: two at once
 * do no harm.
 */
const patienceMs = 20_000;
/** No install, job or consumer from before the account was forgotten is under way after this. */
const tombstonesKeptMs = 400 * 86_400_000;

/** `interest`: who is notified of it. */
export function createForget(db: Db, credentials: Pick<Credentials, "forget">, interest: Interest) {
  const installations: Collection<InstallationDocument> = ownCollection(db, "installations");
  const tombstones: Collection<ForgottenDocument> = ownCollection(db, "forgotten");
  const clear = createClearInstallation(db, { tombstones, eventLog: createEventLog(db) });

  return {
    /**
     * Deletes an account's credentials and data, unless its credential arrived after `askedAt`; a candidate
     * that did stays, and begins the account again. To be asked twice: what a slice in progress writes after
     * the first time is deleted by the second. `resources`: the collections of all syncs' records.
     */
    async forget(
      _id: InstallationId,
      askedAt: Date,
      resources: readonly string[],
    ): Promise<{ outcome: "forgotten" | "superseded"; deleted: number }> {
      if (isInstalledSince(await installations.findOne({ _id }), askedAt)) {
        await endClearing(_id, { at: askedAt });
        return { outcome: "superseded", deleted: 0 };
      }
      const clearingSince = new Date(Date.now());
      // What is planned from now on begins behind this token: it is none of what is deleted here, however
      // late that is.
      const update = { $max: { at: askedAt }, $set: { clearingSince }, $inc: { fencingToken: 1 } };
      const tombstone = await plainUpsert(() =>
        tombstones.findOneAndUpdate({ _id }, update, { upsert: true, returnDocument: "after" }),
      );
      // An install that arrived between has seen the tombstone, or is seen here, or both.
      if (isInstalledSince(await installations.findOne({ _id }), askedAt)) {
        await endClearing(_id, { clearingSince });
        return { outcome: "superseded", deleted: 0 };
      }
      await credentials.forget(_id, askedAt);
      const deleted = await clear(_id, resources, {
        since: clearingSince,
        upTo: tombstone?.fencingToken ?? 0,
      });
      await endForgotten(_id, clearingSince, askedAt);
      await tombstones.deleteMany({ at: { $lt: new Date(askedAt.getTime() - tombstonesKeptMs) } });
      return { outcome: "forgotten", deleted };
    },

    /**
     * To be asked before and after an install is stored: of an account that was forgotten since, nothing of
     * it stays.
     * @returns whether the install may continue.
     * @throws AccountBeingForgottenError while the data from before it is being deleted
     */
    async admits(install: Install, resources: readonly string[]): Promise<boolean> {
      const { installationId: _id, receivedAt } = install;
      const tombstone = await tombstones.findOne({ _id });
      if (tombstone === null) return true;
      if (tombstone.at >= receivedAt) {
        await credentials.forget(_id, tombstone.at);
        return false;
      }
      const { clearingSince } = tombstone;
      if (clearingSince === null) return true;
      if (isRecent(clearingSince)) throw new AccountBeingForgottenError();
      const taken = new Date(Date.now());
      await tombstones.updateOne({ _id, clearingSince }, { $set: { clearingSince: taken } });
      await clear(_id, resources, { since: taken, upTo: tombstone.fencingToken ?? 0 });
      await endForgotten(_id, taken, tombstone.at);
      return true;
    },

    async isForgottenAfter(_id: InstallationId, at: Date): Promise<boolean> {
      const tombstone = await tombstones.findOne({ _id });
      return tombstone !== null && tombstone.at >= at;
    },

    /**
     * To be asked before a credential takes over: its runs would write what is being deleted.
     * @throws AccountBeingForgottenError
     */
    async refuseWhileClearing(_id: InstallationId): Promise<void> {
      const clearingSince = (await tombstones.findOne({ _id }))?.clearingSince;
      if (clearingSince && isRecent(clearingSince)) throw new AccountBeingForgottenError();
    },

    /**
     * The fencing token of new syncs: greater than that of any run from before, which may still be under way.
     */
    async firstTokenOf(_id: InstallationId): Promise<number> {
      return tokenAfter(await tombstones.findOne({ _id }));
    },

    /**
     * The same for syncs that are planned.
     * @throws AccountBeingForgottenError: they might be made after those that are there were deleted
     */
    async firstSyncTokenOf(_id: InstallationId): Promise<number> {
      const tombstone = await tombstones.findOne({ _id });
      if (tombstone?.clearingSince && isRecent(tombstone.clearingSince))
        throw new AccountBeingForgottenError();
      return tokenAfter(tombstone);
    },
  };

  function tokenAfter(tombstone: ForgottenDocument | null): number {
    return (tombstone?.fencingToken ?? -1) + 1;
  }

  /** Also of a time in the future, which a wrong clock wrote. */
  function isRecent(clearingSince: Date): boolean {
    return Math.abs(Date.now() - clearingSince.getTime()) < patienceMs;
  }

  async function endClearing(_id: InstallationId, only: Partial<ForgottenDocument>): Promise<void> {
    await tombstones.updateOne({ _id, ...only }, { $set: { clearingSince: null } });
  }

  /** Tells of it with the same write, once for each wish. */
  async function endForgotten(_id: InstallationId, clearingSince: Date, askedAt: Date): Promise<void> {
    const wanted = interest.eventOf(_id, "account.forgotten", new Date());
    if (wanted !== undefined) {
      const event: AccountEvent = { ...wanted, id: idOfForgotten(_id, askedAt) };
      const { matchedCount } = await tombstones.updateOne(
        { _id, clearingSince, toldFor: { $ne: askedAt } },
        { $set: { clearingSince: null, toldFor: askedAt, outboxAt: event.at }, ...putOut(event) },
      );
      if (matchedCount === 1) return;
    }
    await endClearing(_id, { clearingSince });
  }
}

/** The same, however often the end of it is repeated. */
function idOfForgotten(_id: InstallationId, askedAt: Date): string {
  return eventIdOf(`${_id} forgotten ${askedAt.toISOString()}`);
}
