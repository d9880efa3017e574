// After MongoDB was restored from a backup: brings collections that may be of different moments, and older
// than Redis and the readers of the change feed, to where runs, readers and jobs can rely on them again. To
// be called while nothing else runs; may be repeated.

import type { InstallationId } from "@fleetkeeper/model";
import type { AnyBulkWriteOperation, Collection, Db } from "mongodb";
import { createAccountKeys } from "./account-keys.ts";
import type { AlignSyncs } from "./align-syncs.ts";
import type { ForgottenDocument, SyncDocument, WebhookEndpointDocument } from "./documents.ts";
import { idsUnder } from "./id-range.ts";
import type { InstallationDocument } from "./installation-document.ts";
import { ownCollection } from "./own-collection.ts";
import { tokenText } from "./token-text.ts";

/** What was found and brought back in line. */
export interface AfterRestore {
  installations: number;
  syncs: number;
  /**
   * Have syncs and no installation: they were installed after the moment of `installations`, and must install
   * again.
   */
  notInstalled: InstallationId[];
  /** Were forgotten after the moment of `installations`, and are back: to be forgotten again. */
  forgotten: InstallationId[];
}

const pageSize = 200;

/**
 * Ahead of every token that a sync ever had, also after an earlier restore of the same backup, so that no
 * token, job id or feed position comes a second time: a hundredth of a second is one, and no sync uses up so
 * many. Fits twelve digits until 2286.
 */
function tokenAfter(present: number, now: Date): number {
  return Math.max(present + 1, Math.floor(now.getTime() / 10));
}

/** For the command `after-restore`, once, before the workers start again. */
export function createAfterRestore(db: Db, align: AlignSyncs) {
  const installations: Collection<InstallationDocument> = ownCollection(db, "installations");
  const keys = createAccountKeys(db);
  const syncs: Collection<SyncDocument> = ownCollection(db, "syncs");
  const tombstones: Collection<ForgottenDocument> = ownCollection(db, "forgotten");
  const endpoints: Collection<WebhookEndpointDocument> = ownCollection(db, "webhookEndpoints");

  /** `onDone`: told how many installations were brought there since the last time. */
  return async (now: Date, onDone: (count: number) => void = () => undefined): Promise<AfterRestore> => {
    const result: AfterRestore = { installations: 0, syncs: 0, notInstalled: [], forgotten: [] };
    await tombstones.updateMany({ fencingToken: { $gt: 0 } }, { $max: { fencingToken: tokenAfter(0, now) } });
    // The ingress may know of others.
    await endpoints.updateMany({}, { $set: { publishAt: now } });
    for await (const page of pagesOf(installations)) {
      for (const installation of page) {
        const found = await syncs.find({ _id: idsUnder(installation._id) }).toArray();
        result.syncs += await startAnew(found, installation, now);
        await makeDue(installation, now);
        if (await isForgotten(installation)) result.forgotten.push(installation._id);
      }
      result.installations += page.length;
      onDone(page.length);
    }
    for await (const page of pagesOf(syncs)) {
      const orphans = await withoutInstallation(page);
      result.syncs += await startAnew(orphans, undefined, now);
      for (const { installationId } of orphans)
        if (result.notInstalled.at(-1) !== installationId) result.notInstalled.push(installationId);
    }
    return result;
  };

  /**
   * Each from the beginning: a checkpoint, notes of a pass or a window of another moment than the records
   * would skip some or find others missing. The feed's newest entry becomes one that is not there, so that
   * every reader is notified of a gap.
   */
  async function startAnew(
    found: readonly SyncDocument[],
    installation: InstallationDocument | undefined,
    now: Date,
  ): Promise<number> {
    if (found.length === 0) return 0;
    const writes = found.map((sync): AnyBulkWriteOperation<SyncDocument> => {
      const fencingToken = tokenAfter(sync.fencingToken, now);
      const isPaused = sync.waiting.for === "operator" && sync.waiting.of === "sync";
      const begin = {
        fencingToken,
        checkpoint: null,
        lastPass: null,
        heldBack: null,
        window: null,
        rereadFrom: null,
        hasSetAside: true,
        feedHead: `${tokenText(fencingToken)}-00000000`,
        feedOpen: null,
        lastChangeAt: now,
        dispatchedAt: null,
        runAgain: false,
        refresh: null,
        failures: 0,
      };
      const schedule =
        installation === undefined
          ? { nextRunAt: null, waiting: { for: "credential", code: "revoked" } as const }
          : {
              generation: installation.generation,
              ...(!isPaused && { nextRunAt: now, waiting: { for: "schedule", until: now } as const }),
            };
      return {
        updateOne: {
          filter: { _id: sync._id, fencingToken: sync.fencingToken },
          update: { $set: { ...begin, ...schedule } },
        },
      };
    });
    return (await syncs.bulkWrite(writes, { ordered: false })).modifiedCount;
  }

  /**
   * Its token shows whether Trackunit still accepts the credential, or which candidate takes over; its syncs
   * follow its state.
   */
  async function makeDue(installation: InstallationDocument, now: Date): Promise<void> {
    const { _id, sealedCredential, state } = installation;
    await keys.addAll(installation, now);
    const due = {
      prewarmAt: sealedCredential === null ? null : now,
      noTokenFrom: null,
      proveAt: state === "paused" ? null : now,
    };
    await installations.updateOne({ _id }, { $set: due });
    await align(_id, now);
  }

  async function isForgotten({ _id, installedAt }: InstallationDocument): Promise<boolean> {
    const tombstone = await tombstones.findOne({ _id });
    return tombstone !== null && tombstone.at >= installedAt;
  }

  async function withoutInstallation(page: readonly SyncDocument[]): Promise<SyncDocument[]> {
    const ids = [...new Set(page.map(({ installationId }) => installationId))];
    const present = installations.find({ _id: { $in: ids } }, { projection: { _id: 1 } });
    const known = new Set((await present.toArray()).map(({ _id }) => _id));
    return page.filter(
      ({ installationId, waiting }) => !known.has(installationId) && waiting.for !== "credential",
    );
  }
}

/** All documents by their ids. */
async function* pagesOf<Document extends { _id: string }>(
  collection: Collection<Document>,
): AsyncGenerator<Document[]> {
  const found = collection as unknown as Collection<{ _id: string }>;
  for (let after = ""; ; ) {
    const page = await found
      .find({ _id: { $gt: after } })
      .sort({ _id: 1 })
      .limit(pageSize)
      .toArray();
    if (page.length > 0) yield page as unknown as Document[];
    const last = page.at(-1);
    if (page.length < pageSize || last === undefined) return;
    after = last._id;
  }
}
