// Deletes what an installation has in every collection, as far as it is from before it was forgotten.

import { type InstallationId, ownCollections } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import type { ForgottenDocument, SyncDocument, UnrecognisedDocument } from "./documents.ts";
import { WriteContendedError } from "./errors.ts";
import type { EventLog } from "./events/event-log.ts";
import { idsUnder } from "./id-range.ts";
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
/** `account.forgotten` is written after everything else is deleted. */
const outlives: Record<string, object> = {
  eventAttempts: { type: { $ne: "account.forgotten" } },
  eventLanes: { tellsForgotten: { $ne: true } },
  eventLog: { type: { $ne: "account.forgotten" } },
};
/** A sync whose fencing token moves on is looked at again. */
const looks = 10;

/** `tombstones`: of the accounts that are forgotten. */
export function createClearInstallation(
  db: Db,
  { tombstones, eventLog }: { tombstones: Collection<ForgottenDocument>; eventLog: EventLog },
) {
  const syncs: Collection<SyncDocument> = ownCollection(db, "syncs");
  const unrecognised: Collection<UnrecognisedDocument> = ownCollection(db, "unrecognisedCallbacks");

  return clear;

  /**
   * Ends early when another worker clears since a later time. `upTo`: of the syncs that began with this token
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
   * First, so that no run continues; each with the very token that the tombstone knows, so that none gets
   * lost in between.
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
