// A store in a database of its own, with names for what its tests need.

import { testNamespace } from "@fleetkeeper/local-stack";
import {
  type Checkpoint,
  type Generation,
  type Install,
  installationIdOf,
  noChanges,
  type SealedText,
  syncIdOf,
} from "@fleetkeeper/model";
import { MongoClient } from "mongodb";
import { inject, onTestFinished } from "vitest";
import { openStore, type RunScope, type SyncDocument } from "../src/index.ts";

export const installationId = installationIdOf("@a/b", "1");
export const syncId = syncIdOf(installationId, "assets");
export const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000);

export async function setup() {
  const name = testNamespace();
  const mongodbUrl = new URL(`/${name}`, inject("mongodbUrl")).href;
  const store = await openStore({ mongodbUrl });
  const client = await MongoClient.connect(mongodbUrl);
  onTestFinished(async () => {
    await client.db(name).dropDatabase();
    await client.close();
    await store.close();
  });
  return { store, db: client.db(name), mongodbUrl };
}

export function installOf(generation: string, sealed = generation): Install {
  return {
    installationId,
    irisAppId: "@a/b",
    accountId: "1",
    generation: generation as Generation,
    sealedCredential: `sealed ${sealed}` as SealedText,
    clientIdFingerprint: "f",
    receivedAt: at(0),
  };
}

/** A planned sync, dispatched and started. */
export async function startedRun(store: Awaited<ReturnType<typeof openStore>>, now = at(0)) {
  await store.syncs.plan(installationId, ["assets"], now, false);
  const [due] = await store.syncs.due(at(1e9), 1);
  const fencingToken = await store.syncs.dispatch(due as SyncDocument, now, at(600));
  const sync = await store.syncs.start(syncId, fencingToken ?? 0, now, at(60));
  if (sync === undefined) throw new Error("the run did not start");
  return { sync, scope: scopeOf(sync.fencingToken) };
}

export function scopeOf(fencingToken: number, passId = "p1"): RunScope {
  return { installationId, syncId, resource: "assets", fencingToken, passId };
}

export function checkpointOf(fields: Partial<Checkpoint> = {}): Checkpoint {
  return {
    passId: "p1",
    startedAt: at(0),
    cursor: "c",
    pages: 1,
    records: 1,
    changes: noChanges,
    complete: false,
    sweptTo: null,
    vanishedUnknown: false,
    window: null,
    ...fields,
  };
}

/** Sweeps to the end; how many records were marked. */
export async function swept(
  store: Awaited<ReturnType<typeof openStore>>,
  scope: RunScope,
  page: number,
  now: Date,
): Promise<number> {
  let deleted = 0;
  for await (const step of store.records.sweepVanished(scope, { after: null, page, now }))
    deleted += step.deleted;
  return deleted;
}

export const pageOf = (page: number, records: Record<string, unknown>, alsoSeen: string[] = []) => ({
  page,
  records: Object.entries(records).map(([externalId, data]) => ({ externalId, data })),
  alsoSeen,
  notePresence: true,
});
