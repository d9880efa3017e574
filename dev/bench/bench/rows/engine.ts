// What a worker's CPU pays for each record: the first pass over an account and one that finds nothing
// changed, beside a loop by hand. Goal 2. The server is another process, whose CPU is not counted.

import { cpuMicrosecondsEach, type Row } from "@fleetkeeper/bench";
import { startMongodb } from "@fleetkeeper/local-stack";
import { openStore } from "@fleetkeeper/store";
import { MongoClient } from "mongodb";
import { startStandIn } from "../stand-in/start-stand-in.ts";
import { type Item, pagesOf, pass, planAssets } from "./pass.ts";

const records = Number(process.env.RECORDS ?? 5_000);

type Server = typeof startStandIn;

export const engineRows: Row[] = [
  ...rowsOn("", "", () => startMongodb({})),
  ...rowsOn("-stand-in", "; MongoDB is a stand-in in memory", startStandIn),
];

function rowsOn(ending: string, on: string, startServer: Server): Row[] {
  const count = records.toLocaleString("en");
  return [
    {
      name: `first-sync${ending}`,
      what: `first pass over ${count} records, with feed and checkpoints${on}`,
      unit: "µs of CPU per record",
      yardstick: "JSON.parse and bulkWrite of replacements, by hand",
      goal: { ratio: { atMost: 1.5 } },
      open: async () => {
        const { store, byHand, parsed, close } = await openEngine(records, startServer);
        let account = 0;
        return {
          ours: async () => {
            const syncId = await planAssets(store, `first ${++account}`);
            return cpuMicrosecondsEach(records, () => pass(store, syncId, parsed()));
          },
          yardstick: () => cpuMicrosecondsEach(records, () => byHand(`by hand ${account}`)),
          close,
        };
      },
    },
    {
      name: `unchanged-sync${ending}`,
      what: `a pass over ${count} records like the one before it${on}`,
      unit: "µs of CPU per record",
      yardstick: "the first pass",
      goal: { ratio: { atMost: 1 / 3 } },
      open: async () => {
        const { store, parsed, close } = await openEngine(records, startServer);
        let account = 0;
        return {
          async both() {
            const syncId = await planAssets(store, `unchanged ${++account}`);
            const first = await cpuMicrosecondsEach(records, () => pass(store, syncId, parsed()));
            await pass(store, syncId, parsed());
            return [await cpuMicrosecondsEach(records, () => pass(store, syncId, parsed())), first];
          },
          close,
        };
      },
    },
  ];
}

/** Microseconds of CPU for each record, in turn: a first pass, one without news, and by hand. */
export async function measureEngine(records: number, rounds: number) {
  const measured = { first: [] as number[], unchanged: [] as number[], byHand: [] as number[] };
  const { store, byHand, parsed, close } = await openEngine(records, startStandIn);
  try {
    // The first round warms up.
    for (let round = 0; round <= rounds; round++) {
      const syncId = await planAssets(store, `round ${round}`);
      const each = (run: () => Promise<unknown>) => cpuMicrosecondsEach(records, run);
      const first = await each(() => pass(store, syncId, parsed()));
      await pass(store, syncId, parsed());
      const unchanged = await each(() => pass(store, syncId, parsed()));
      const straight = await each(() => byHand(`by hand ${round}`));
      if (round === 0) continue;
      measured.first.push(first);
      measured.unchanged.push(unchanged);
      measured.byHand.push(straight);
    }
  } finally {
    await close();
  }
  return measured;
}

/** `server`: as it was started. */
export async function openEngine<Started extends { url: string; close: () => Promise<unknown> }>(
  records: number,
  startServer: () => Promise<Started>,
) {
  const texts = [...pagesOf(records)].map((page) => JSON.stringify(page));
  const mongodb = await startServer();
  const url = new URL("/bench", mongodb.url).href;
  const store = await openStore({ mongodbUrl: url });
  const client = await MongoClient.connect(url);
  const collection = client.db().collection<{ _id: string }>("byHand");
  /** As they come from an API: text. */
  function* parsed(): Generator<Item[]> {
    for (const text of texts) yield JSON.parse(text);
  }

  return {
    store,
    parsed,
    server: mongodb,

    /** What one would write without a feed, fences, checkpoints and a search for what is missing. */
    async byHand(account: string): Promise<void> {
      const syncedAt = new Date();
      for (const page of parsed())
        await collection.bulkWrite(
          page.map(({ externalId, data }) => {
            const filter = { _id: `${account}/${externalId}` };
            return { replaceOne: { filter, replacement: { data, syncedAt }, upsert: true } };
          }),
          { ordered: false },
        );
    },

    async close(): Promise<void> {
      await store.close();
      await client.close();
      await mongodb.close();
    },
  };
}
