// One pass over an account's records with the real store, as a run makes it; pages are made as they are read.

import { type Generation, installationIdOf, type SyncId, syncIdOf } from "@fleetkeeper/model";
import { defaultAbsenceRules, type Run, type Store } from "@fleetkeeper/store";

const pageSize = 500;

/** As Trackunit's are: some ten fields, two levels. */
export interface Item {
  externalId: string;
  data: Record<string, unknown>;
}

export async function planAssets(store: Store, account: string): Promise<SyncId> {
  const _id = installationIdOf("@a/b", account);
  const installation = { _id, generation: "1" as Generation, state: "active" } as const;
  await store.syncs.plan(installation, ["assets"], { now: new Date() });
  return syncIdOf(_id, "assets");
}

/** The same at each call. */
export function* pagesOf(records: number): Generator<Item[]> {
  for (let start = 0; start < records; start += pageSize) {
    const length = Math.min(pageSize, records - start);
    yield Array.from({ length }, (_, index) => itemOf(start + index));
  }
}

/** `look`: called after each page, and at each step of the search for missing records. */
export async function pass(
  store: Store,
  syncId: SyncId,
  pages: Iterable<Item[]>,
  look: () => void = () => undefined,
): Promise<void> {
  const sync = await store.syncs.find(syncId);
  if (sync === null) throw new Error("the sync is gone");
  const [job] = await store.syncs.dispatch([sync], new Date(), new Date(Date.now() + 60_000));
  const lease = { leaseMs: 600_000, now: () => new Date() };
  const run = await store.syncs.start(syncId, job?.fencingToken ?? 0, lease);
  if (run === undefined) throw new Error("the run did not start");
  await run.begin({ resource: "assets", seeksMissing: true }, () => null);
  const left = pages[Symbol.iterator]();
  for (let { value: page, done } = left.next(); done !== true; ) {
    const next = left.next();
    await run.writePage({ records: page as Item[], setAside: [], nextCursor: next.done ? null : "more" });
    look();
    ({ value: page, done } = next);
  }
  for await (const _ of run.sweep(defaultAbsenceRules)) look();
  await run.endPass();
  await settle(run);
}

function itemOf(serial: number): Item {
  return {
    externalId: `asset-${serial}`,
    data: {
      name: `Excavator ${serial}`,
      ...{ model: "EC 220", brand: "Volvo", type: "EXCAVATOR", productionYear: 2015 + (serial % 10) },
      serialNumber: `VCE0EC220P00${serial}`,
      hours: serial,
      location: { latitude: 55 + serial / 1e6, longitude: 12 + serial / 1e6, accuracy: 5 },
      telematicsDevice: { serialNumber: `TU${serial}`, model: "Raw", lastSeenAt: "2026-01-01T00:00:00Z" },
    },
  };
}

async function settle(run: Run): Promise<void> {
  const at = new Date();
  const { startedAt, records, pages, changes } = run.checkpoint;
  await run.settle({
    nextRunAt: at,
    waiting: { for: "schedule", until: at },
    failures: 0,
    keepsCheckpoint: false,
    ended: { at, outcome: "succeeded", startedAt, records, pages, changes },
  });
}
