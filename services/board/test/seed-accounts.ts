// Many accounts in one go, written past the store as the store would write them.

import {
  type Generation,
  type InstallationId,
  installationIdOf,
  noChanges,
  type SealedText,
  type SyncId,
  syncIdOf,
} from "@fleetkeeper/model";
import {
  fieldsAtFirst,
  type InstallationDocument,
  keysOf,
  nothingInstalledSince,
  type Run,
  type Store,
  type SyncDocument,
} from "@fleetkeeper/store";
import { builtInSyncs } from "@fleetkeeper/syncs";
import { type Collection, MongoClient } from "mongodb";

export const app = "@acme/tracker";

export type Seed = Partial<InstallationDocument> & { syncs?: Partial<SyncDocument>[] };

export const idOf = (accountId: string): InstallationId => installationIdOf(app, accountId);

/** Active accounts with every built-in sync on schedule, but for what `seedOf` says of each. */
export async function seedAccounts(
  mongodbUrl: string,
  accountIds: readonly string[],
  seedOf: (accountId: string, index: number) => Seed = () => ({}),
): Promise<void> {
  const client = await MongoClient.connect(mongodbUrl);
  try {
    const db = client.db();
    for (let start = 0; start < accountIds.length; start += 1_000) {
      const batch = accountIds.slice(start, start + 1_000).map((accountId, offset) => {
        const { syncs = [], ...installation } = seedOf(accountId, start + offset);
        return { installation: { ...installationOf(accountId), ...installation }, syncs };
      });
      await insert(
        db.collection("installations"),
        batch.map(({ installation }) => installation),
      );
      await insert(
        db.collection("accounts"),
        batch.flatMap(({ installation }) =>
          keysOf(installation).map(({ _id }) => ({ _id, installationId: installation._id })),
        ),
      );
      await insert(
        db.collection("syncs"),
        batch.flatMap(({ installation: { _id }, syncs }) =>
          builtInSyncs.map(({ name, intervalMs }) => ({
            ...syncOf(_id, name),
            definedIntervalMs: intervalMs,
            ...syncs.find(({ sync }) => sync === name),
          })),
        ),
      );
    }
  } finally {
    await client.close();
  }
}

async function insert(collection: Collection<never>, documents: unknown[]): Promise<void> {
  if (documents.length > 0) await collection.insertMany(documents as never[], { ordered: false });
}

function installationOf(accountId: string): InstallationDocument {
  const now = Date.now();
  return {
    _id: idOf(accountId),
    irisAppId: app,
    accountId,
    state: "active",
    revision: "1",
    inForceSince: new Date(now - 86_400_000),
    ...nothingInstalledSince(),
    generation: "1" as Generation,
    sealedCredential: "eyJraWQiOiJrIn0.sealed.sealed.sealed.sealed" as SealedText,
    sealKeyId: "key-2026",
    clientIdFingerprint: "0123456789abcdef",
    installedAt: new Date(now - 86_400_000),
    createdAt: new Date(now - 86_400_000),
    requestedScopes: ["asset.view"],
    grantedScopes: ["asset.view"],
    lastToken: { at: new Date(now - 600_000), outcome: "granted", expiresAt: new Date(now + 3_000_000) },
    lastGrantAt: new Date(now - 600_000),
    tokenFailures: 0,
    prewarmAt: new Date(now + 1_800_000),
  };
}

function syncOf(installationId: InstallationId, sync: string): SyncDocument {
  const now = Date.now();
  const at = new Date(now - 120_000);
  const nextRunAt = new Date(now + 600_000);
  return {
    _id: syncIdOf(installationId, sync),
    installationId,
    sync,
    intervalMs: null,
    nextRunAt,
    dispatchedAt: null,
    fencingToken: 3,
    waiting: { for: "schedule", until: nextRunAt },
    checkpoint: null,
    failures: 0,
    lastRun: {
      at,
      startedAt: new Date(at.getTime() - 4_000),
      outcome: "succeeded",
      records: 250,
      pages: 3,
      changes: { ...noChanges, unchanged: 250 },
    },
    lastSuccessAt: at,
    runAgain: false,
    generation: "1" as Generation,
    ...fieldsAtFirst(new Date(0)),
    createdAt: new Date(now - 86_400_000),
  };
}

/** A run of this sync, as a worker starts one. */
export async function startedRun(store: Store, syncId: SyncId): Promise<Run> {
  const sync = await store.syncs.find(syncId);
  const [job] = await store.syncs.dispatch(sync === null ? [] : [sync], new Date(), new Date());
  const lease = { leaseMs: 60_000, now: () => new Date() };
  const run = await store.syncs.start(syncId, job?.fencingToken ?? -1, lease);
  if (run === undefined) throw new Error(`${syncId} did not start`);
  await run.begin({ resource: sync?.sync ?? "", seeksMissing: true }, () => null);
  return run;
}
