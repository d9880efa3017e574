// A store in a database of its own, with names for what its tests need.

import { testNamespace } from "@fleetkeeper/local-stack";
import {
  type Generation,
  type Install,
  installationIdOf,
  type SealedText,
  syncIdOf,
} from "@fleetkeeper/model";
import { type Db, MongoClient } from "mongodb";
import { inject, onTestFinished } from "vitest";
import {
  type AbsenceRules,
  defaultAbsenceRules,
  type FetchedPage,
  openStore,
  type RecordDocument,
  type Run,
  type Settlement,
  type SyncDocument,
} from "../src/index.ts";

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

export const how = { requestedScopes: ["asset.view"], sealKeyId: "k" };

/** What the worker does with a candidate that proved itself. */
export async function promote(store: TestStore, { installationId, generation, receivedAt }: Install) {
  const { requestedScopes } = how;
  const granted = { requestedScopes, isSame: false, keptMs: 86_400_000, now: receivedAt };
  return store.promote(installationId, generation, granted);
}

/** An install that has proved itself. */
export async function putInForce(store: TestStore, install: Install, more: Partial<typeof how> = {}) {
  const outcome = await store.credentials.add(install, { ...how, ...more });
  return outcome === "stored" ? promote(store, install) : outcome;
}

export const installation = { _id: installationId, generation: "1" as Generation, state: "active" as const };

export type TestStore = Awaited<ReturnType<typeof openStore>>;

/** A planned sync, dispatched and started. The run's clock is `now` until it is moved. */
export async function startedRun(store: TestStore, now = at(0), seeksMissing = true) {
  await store.syncs.plan(installation, ["assets"], { now });
  const due = (await store.syncs.find(syncId)) as SyncDocument;
  const [job] = await store.syncs.dispatch([due], now, at(600));
  const clock = { now };
  const run = await store.syncs.start(syncId, job?.fencingToken ?? 0, {
    leaseMs: 60_000,
    now: () => clock.now,
  });
  if (run === undefined) throw new Error("the run did not start");
  await run.begin({ resource: "assets", seeksMissing }, () => null);
  return { run, clock };
}

export type Records = Record<string, unknown>;

/** `more`: pages follow. */
export const pageOf = (
  records: Records,
  { more = false, ...rest }: Partial<FetchedPage> & { more?: boolean } = {},
) => ({
  records: Object.entries(records).map(([externalId, data]) => ({ externalId, data })),
  setAside: [],
  nextCursor: more ? "more" : null,
  ...rest,
});

/** What a run that read everything leaves. */
export const settlementOf = (run: Run, endedAt: Date): Settlement => ({
  nextRunAt: endedAt,
  waiting: { for: "schedule", until: endedAt },
  failures: 0,
  keepsCheckpoint: false,
  ended: { at: endedAt, outcome: "succeeded", ...outcomeOf(run) },
});

function outcomeOf({ checkpoint: { startedAt, records, pages, changes } }: Run) {
  return { startedAt, records, pages, changes };
}

/** A whole pass over these pages at once. */
export async function pass(
  store: TestStore,
  now: Date,
  pages: readonly Records[],
  options: { rules?: AbsenceRules; pageFields?: Partial<FetchedPage> } = {},
) {
  const { run } = await startedRun(store, now);
  for (const [index, records] of pages.entries())
    await run.writePage(pageOf(records, { more: index + 1 < pages.length, ...options.pageFields }));
  if (run.checkpoint.disturbed === null)
    for await (const _ of run.sweep(options.rules ?? defaultAbsenceRules));
  await run.endPass();
  const { changes } = run.checkpoint;
  await run.settle(settlementOf(run, now));
  return changes;
}

/** The records that are not deleted, by external id. */
export async function liveRecords(db: Db): Promise<Records> {
  return liveRecordsOf(await db.collection<RecordDocument>("assets").find().toArray());
}

export function liveRecordsOf(records: readonly RecordDocument[]): Records {
  const live = records.filter(({ deletedAt }) => deletedAt === null);
  return Object.fromEntries(live.map(({ externalId, data }) => [externalId, data]));
}

/** What a consumer of the change feed that has read all of it holds. */
export async function followed(store: TestStore): Promise<Records> {
  const held: Records = {};
  const sync = await store.syncs.find(syncId);
  if (sync === null) return held;
  for await (const entry of store.feed.unread("everything", sync)) {
    if ("gap" in entry) throw new Error("the feed has a gap");
    for (const { externalId, kind, data } of entry.changes)
      if (kind === "deleted") delete held[externalId];
      else held[externalId] = data;
  }
  return held;
}
