// How long it takes to find a record by a part of its name:
// `node packages/store/bench/records.ts [accounts] [records of each]`. Servers as for the tests.

import { startLocalStack } from "@fleetkeeper/local-stack";
import { installationIdOf } from "@fleetkeeper/model";
import { MongoClient } from "mongodb";
import { openStore } from "../src/index.ts";

const [accounts = 100, each = 1_000] = process.argv.slice(2).map(Number);
const rounds = 15;
const app = "@bench/records";

const stack = await startLocalStack({ onProgress: (line) => process.stderr.write(`${line}\n`) });
const mongodbUrl = new URL(`/bench-${process.pid}`, stack.mongodb.url).href;
const client = await MongoClient.connect(mongodbUrl);
const store = await openStore({ mongodbUrl });
try {
  await seed();
  for (const [what, name] of [
    ["near the beginning", "machine 000042"],
    ["in the middle", `machine ${String(each >> 1).padStart(6, "0")}`],
    ["nowhere", "no such machine"],
  ] as const) {
    const timesMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const whose = { installationId: installationIdOf(app, `account-${(round * 7) % accounts}`) };
      const startedAtMs = performance.now();
      await store.records.page({ resource: "assets", whose, search: name, limit: 25 });
      timesMs.push(performance.now() - startedAtMs);
    }
    const sorted = timesMs.toSorted((a, b) => a - b);
    console.log(
      `${what}: median ${sorted[rounds >> 1]?.toFixed(0)} ms, slowest ${sorted.at(-1)?.toFixed(0)} ms, ` +
        `of ${(accounts * each).toLocaleString("en-US")} records, ${each.toLocaleString("en-US")} of each account`,
    );
  }
} finally {
  await client.db().dropDatabase();
  await store.close();
  await client.close();
  await stack.close();
}

async function seed(): Promise<void> {
  const now = new Date();
  const assets = client.db().collection<{ _id: string }>("assets");
  for (let account = 0; account < accounts; account++) {
    const installationId = installationIdOf(app, `account-${account}`);
    for (let start = 0; start < each; start += 1_000)
      await assets.insertMany(
        Array.from({ length: Math.min(1_000, each - start) }, (_, offset) => {
          const number = String(start + offset).padStart(6, "0");
          const data = {
            id: number,
            name: `Machine ${number}`,
            serialNumber: `SN-${number}-${account}`,
            brand: "Example",
            model: "X 100",
            note: "x".repeat(300),
          };
          const times = { firstSeenAt: now, updatedAt: now, deletedAt: null };
          return {
            _id: `${installationId}/${number}`,
            installationId,
            externalId: number,
            data,
            fencingToken: 1,
            ...times,
          };
        }),
      );
  }
}
