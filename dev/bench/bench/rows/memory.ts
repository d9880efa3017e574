// How much memory a pass over one account's records holds, at two sizes: goal 7. With the real store; pages
// are made as they are read.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Row } from "@fleetkeeper/bench";
import { startMongodb } from "@fleetkeeper/local-stack";
import { openStore, type Store } from "@fleetkeeper/store";
import { pagesOf, pass, planAssets } from "./pass.ts";

const large = Number(process.env.RECORDS ?? 20_000);
const small = Math.ceil(large / 5);
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
  const syncId = await planAssets(store, account);
  await pass(store, syncId, pagesOf(records));
  const watch = watchMemory();
  await pass(store, syncId, pagesOf(records), watch.look);
  return watch.peakMiB();
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
