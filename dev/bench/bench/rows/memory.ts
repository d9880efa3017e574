// How much memory a pass over one account's records holds, at two sizes: goal 7. With the real store; pages are made as they are read.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Row } from "@fleetkeeper/bench";
import { startMongodb } from "@fleetkeeper/local-stack";
import { type Generation, installationIdOf, syncIdOf } from "@fleetkeeper/model";
import { defaultAbsenceRules, openStore, type Run, type Store } from "@fleetkeeper/store";

const large = Number(process.env.RECORDS ?? 20_000);
const small = Math.ceil(large / 5);
const pageSize = 500;
/** Live memory is looked at this often, in pages and in steps of the search for missing records. */
const lookEvery = 4;

export const memoryRows: Row[] = [
  {
    name: "memory",
    what: `live memory of a pass over ${large.toLocaleString("en")} records, the search for missing ones included`,
    unit: "MiB",
    yardstick: `at ${small.toLocaleString("en")}`,
    goal: { ratio: { atMost: 1.1 }, value: { atMost: 300 } },
    isSlow: true,
    async open() {
      const mongodb = await startMongodb({});
      const store = await openStore({ mongodbUrl: new URL("/bench", mongodb.url).href });
      return {
        async both() {
          const atSmall = await peakOfAccount(store, "small", small);
          return [await peakOfAccount(store, "large", large), atSmall];
        },
        async close() {
          await store.close();
          await mongodb.close();
        },
      };
    },
  },
];

/** Of the second pass, which finds nothing changed and looks for what is missing; the first writes. */
async function peakOfAccount(store: Store, account: string, records: number): Promise<number> {
  const _id = installationIdOf("@a/b", account);
  await store.syncs.plan({ _id, generation: "1" as Generation, state: "active" }, ["assets"], {
    now: new Date(),
  });
  await pass(store, syncIdOf(_id, "assets"), records, () => undefined);
  const watch = watchMemory();
  await pass(store, syncIdOf(_id, "assets"), records, watch.look);
  return watch.peakMiB();
}

async function pass(
  store: Store,
  syncId: ReturnType<typeof syncIdOf>,
  records: number,
  look: () => void,
): Promise<void> {
  const sync = await store.syncs.find(syncId);
  if (sync === null) throw new Error("the sync is gone");
  const [job] = await store.syncs.dispatch([sync], new Date(), new Date(Date.now() + 60_000));
  const lease = { leaseMs: 600_000, now: () => new Date() };
  const run = await store.syncs.start(syncId, job?.fencingToken ?? 0, lease);
  if (run === undefined) throw new Error("the run did not start");
  await run.begin({ resource: "assets", seeksMissing: true }, () => null);
  for (let start = 0; start < records; start += pageSize) {
    await run.writePage(pageFrom(start, records));
    look();
  }
  for await (const _ of run.sweep(defaultAbsenceRules)) look();
  await run.endPass();
  await settle(run);
}

function pageFrom(start: number, records: number) {
  const end = Math.min(start + pageSize, records);
  return {
    records: Array.from({ length: end - start }, (_, index) => ({
      externalId: `asset-${start + index}`,
      data: { name: `Excavator ${start + index}`, model: "EC 220", brand: "Volvo", hours: start + index },
    })),
    setAside: [],
    nextCursor: end < records ? String(end) : null,
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

/** What is left after a collection: garbage that waits for one says nothing. */
function watchMemory() {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  let looks = 0;
  let peak = 0;
  return {
    look() {
      looks += 1;
      if (looks % lookEvery !== 1) return;
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      peak = Math.max(peak, heapUsed + arrayBuffers);
    },
    peakMiB: () => peak / 2 ** 20,
  };
}
