// What a run of a sync writes, without a worker: a whole pass of the assets of one account.

import { type Generation, installationIdOf, syncIdOf } from "@fleetkeeper/model";
import type { Store } from "@fleetkeeper/store";

export const installationId = installationIdOf("@a/b", "1");
export const syncId = syncIdOf(installationId, "assets");

const pageSize = 500;

export async function writePass(
  store: Store,
  records: Readonly<Record<string, unknown>>,
  at: Date,
): Promise<void> {
  const installation = { _id: installationId, generation: "1" as Generation, state: "active" as const };
  await store.syncs.plan(installation, ["assets"], { now: at });
  const sync = await store.syncs.find(syncId);
  if (sync === null) throw new Error("it was planned");
  const [job] = await store.syncs.dispatch([sync], at, at);
  const run = await store.syncs.start(syncId, job?.fencingToken ?? 0, { leaseMs: 60_000, now: () => at });
  if (run === undefined) throw new Error("the run did not start");
  await run.begin({ resource: "assets", seeksMissing: false }, () => null);
  const page = Object.entries(records).map(([externalId, data]) => ({ externalId, data }));
  for (let from = 0; from === 0 || from < page.length; from += pageSize) {
    const isLast = from + pageSize >= page.length;
    const records = page.slice(from, from + pageSize);
    await run.writePage({ records, setAside: [], nextCursor: isLast ? null : String(from) });
  }
  await run.endPass();
  const { startedAt, pages, changes } = run.checkpoint;
  await run.settle({
    nextRunAt: at,
    waiting: { for: "schedule", until: at },
    failures: 0,
    keepsCheckpoint: false,
    ended: { at, outcome: "succeeded", startedAt, records: page.length, pages, changes },
  });
}
