// Forgetting an account: its credential and everything that was read for it. What stays is a tombstone: when,
// so that an older install does not bring the account back, and how far its fencing tokens came, so that job
// ids and feed positions never repeat.

import {
  type AccountEvent,
  eventIdOf,
  type Install,
  type InstallationId,
  ownCollections,
} from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import { isInstalledSince } from "./credential-decisions.ts";
import type { Credentials } from "./credentials.ts";
import { plainUpsert } from "./decided-upsert.ts";
import type { ForgottenDocument, SyncDocument, UnrecognisedDocument } from "./documents.ts";
import { AccountBeingForgottenError, WriteContendedError } from "./errors.ts";
import { createEventLog } from "./events/event-log.ts";
import { type Interest, putOut } from "./events/interest.ts";
import { idsUnder } from "./id-range.ts";
import type { InstallationDocument } from "./installation-document.ts";
import { ownCollection } from "./own-collection.ts";
import { tokenText } from "./token-text.ts";

/** Not under the installation's id, or deleted each in its own way, or kept. */
const notByPrefix = [
  "accounts",
  "apiKeys",
  "audit",
  "eventReceivers",
  "forgotten",
  "installations",
  "notifications",
  "schema",
  "syncs",
  "unrecognisedCallbacks",
];
/** Their ids are `<sync id>/<fencing token>…`. */
const tokensInIds = ["changes", "passPages", "runs"];
/** They carry the first token of the account's syncs. */
const withFirstToken = ["eventAttempts", "eventLanes", "eventLog", "webhookDeliveries", "webhookEndpoints"];
/** That it was forgotten is told after everything else is gone. */
const outlives: Record<string, object> = {
  eventAttempts: { type: { $ne: "account.forgotten" } },
  eventLanes: { tellsForgotten: { $ne: true } },
  eventLog: { type: { $ne: "account.forgotten" } },
};
/** A sync whose fencing token moves on is looked at again. */
const looks = 10;
/**
 * After this an install no longer waits for a clearing, whose job may be lost, but does it too: two at once
 * do no harm.
 */
const patienceMs = 20_000;
/** No install, job or consumer from before the account was forgotten is under way after this. */
const tombstonesKeptMs = 400 * 86_400_000;

/** `interest`: who is told of it. */
export function createForget(db: Db, credentials: Pick<Credentials, "forget">, interest: Interest) {
  const installations: Collection<InstallationDocument> = ownCollection(db, "installations");
  const tombstones: Collection<ForgottenDocument> = ownCollection(db, "forgotten");
  const syncs: Collection<SyncDocument> = ownCollection(db, "syncs");
  const unrecognised: Collection<UnrecognisedDocument> = ownCollection(db, "unrecognisedCallbacks");
  const eventLog = createEventLog(db);

  return {
    /**
     * Deletes an account's credentials and data, unless its credential came in after `askedAt`; a candidate
     * that did stays, and begins the account anew. To be asked twice: what a slice in progress writes after
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
      // An install that came in between has seen the tombstone, or is seen here, or both.
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
     * @returns whether the install may go on.
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

  /**
   * Ends early when somebody else clears since a later time. `upTo`: of the syncs that began with this token
   * or before.
   */
  async function clear(
    installationId: InstallationId,
    resources: readonly string[],
    { since, upTo }: { since: Date; upTo: number },
  ): Promise<number> {
    const names = new Set([
      ...ownCollections.filter((name) => !notByPrefix.includes(name)),
      ...resources.filter((name) => !notByPrefix.includes(name)),
    ]);
    // Their ids are those of their jobs, which begin with the installation's and a dot; `/` is the next
    // character.
    await unrecognised.deleteMany({ _id: { $gte: `${installationId}.`, $lt: `${installationId}/` } });
    let deleted = await forgetSyncs(installationId, upTo);
    // Greater than every token of theirs; a new install's are greater still.
    const lastToken = (await tombstones.findOne({ _id: installationId }))?.fencingToken ?? 0;
    const lastEvent = await eventLog.lastPosition(installationId);
    if (lastEvent > 0) await tombstones.updateOne({ _id: installationId }, { $max: { lastEvent } });
    for (const name of names) {
      const tombstone = await tombstones.findOne({ _id: installationId });
      if (tombstone?.clearingSince?.getTime() !== since.getTime()) break;
      deleted += await deleteUpTo(lastToken, installationId, name, resources.includes(name));
    }
    return deleted;
  }

  /**
   * First, so that no run goes on; each with the very token that the tombstone knows, so that none gets lost
   * in between.
   * @throws WriteContendedError
   */
  async function forgetSyncs(id: InstallationId, upTo: number): Promise<number> {
    let deleted = 0;
    for (let look = 0; look < looks; look++) {
      const found = await syncs.find({ _id: idsUnder(id), firstToken: { $not: { $gt: upTo } } }).toArray();
      if (found.length === 0) return deleted;
      for (const { _id, fencingToken } of found) {
        await tombstones.updateOne({ _id: id }, { $max: { fencingToken } });
        deleted += (await syncs.deleteOne({ _id, fencingToken })).deletedCount;
      }
    }
    throw new WriteContendedError();
  }

  /**
   * What an installation has in a collection and no run, or none with a greater token than this, has written.
   */
  async function deleteUpTo(
    lastToken: number,
    id: InstallationId,
    name: string,
    isResource: boolean,
  ): Promise<number> {
    const collection = db.collection<Tokens>(name);
    const all = { _id: idsUnder(id) };
    if (isResource || name === "setAside")
      return (await collection.deleteMany({ ...all, fencingToken: { $not: { $gt: lastToken } } }))
        .deletedCount;
    if (withFirstToken.includes(name))
      return (
        await collection.deleteMany({ ...all, firstToken: { $not: { $gt: lastToken } }, ...outlives[name] })
      ).deletedCount;
    const behind = tokenText(lastToken + 1);
    if (name === "feedCursors")
      return (await collection.deleteMany({ ...all, position: { $lt: behind } })).deletedCount;
    if (!tokensInIds.includes(name)) return (await collection.deleteMany(all)).deletedCount;
    let deleted = 0;
    let from: string = all._id.$gte;
    for (;;) {
      const [next] = await collection
        .find({ _id: { $gte: from, $lt: all._id.$lt } }, { projection: { _id: 1 } })
        .sort({ _id: 1 })
        .limit(1)
        .toArray();
      if (next === undefined) return deleted;
      const syncId = next._id.slice(0, next._id.indexOf("/", all._id.$gte.length));
      deleted += (await collection.deleteMany({ _id: { $gte: `${syncId}/`, $lt: `${syncId}/${behind}` } }))
        .deletedCount;
      from = idsUnder(syncId).$lt;
    }
  }
}

/** What documents of some collections carry. */
interface Tokens {
  _id: string;
  fencingToken?: number;
  firstToken?: number;
  position?: string;
}

/** The same, however often the end of it is repeated. */
function idOfForgotten(_id: InstallationId, askedAt: Date): string {
  return eventIdOf(`${_id} forgotten ${askedAt.toISOString()}`);
}
