// Prints how long queries such as the store's take with 100 000 documents, on the server that MONGODB_URL
// names or else on one of its own: `pnpm node dev/local-stack/test/measure-queries.ts [documents]`.

import { type Document, MongoClient } from "mongodb";
import { startMongodb, testNamespace } from "../src/index.ts";

const total = Number(process.argv[2] ?? 100_000);
const batch = 1_000;
const at = (s: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, s));
const idOf = (i: number) => `app-1~account-${String((i * 7_919) % total).padStart(6, "0")}`;

const server = await startMongodb({ onProgress: console.log });
const client = new MongoClient(server.url);
const db = client.db(testNamespace());
const docs = db.collection<Document & { _id: string }>("installations");
await docs.createIndexes([
  { key: { state: 1, _id: 1 } },
  { key: { nextRunAt: 1 } },
  { key: { installedAt: -1, _id: 1 } },
]);

await measure(`insert ${total} documents of ${JSON.stringify(documentOf(0)).length} bytes`, 1, async () => {
  for (let i = 0; i < total; i += batch)
    await docs.insertMany(Array.from({ length: Math.min(batch, total - i) }, (_, j) => documentOf(i + j)));
  return total;
});

const after = idOf(4_711);
const revoked = { state: "revoked" };
const newest = { installedAt: -1, _id: 1 } as const;
const pageKey = { installedAt: at(total / 2), _id: idOf(total / 2) };
const afterKey = {
  $or: [
    { installedAt: { $lt: pageKey.installedAt } },
    { installedAt: pageKey.installedAt, _id: { $gt: pageKey._id } },
  ],
};
const page = (filter: object, sort: Record<string, 1 | -1>, limit = 50) =>
  docs
    .find(filter as never)
    .sort(sort)
    .limit(limit)
    .toArray();
const due = (s: number) => page({ nextRunAt: { $lte: at(s) } }, { nextRunAt: 1 }, 200);

await measure("page of 50 by _id after a key", 20, () => page({ _id: { $gt: after } }, { _id: 1 }));
await measure("page of 50 by _id, 1 % revoked", 20, () =>
  page({ $and: [revoked, { _id: { $gt: after } }] }, { _id: 1 }),
);
await measure("first page of the newest", 20, () => page({}, newest));
await measure("page of the newest from the middle", 20, () => page(afterKey, newest));
await measure("due, limit 200: none", 20, () => due(-1));
await measure("due, limit 200: 10", 20, () => due(0));
await measure("due, limit 200: all", 20, () => due(total));
await measure("count of the revoked", 20, () => docs.countDocuments(revoked));
await measure("count of the active", 20, () => docs.countDocuments({ state: "active" }));
await measure("count of all", 20, () => docs.countDocuments());
await measure("estimated count", 20, () => docs.estimatedDocumentCount());
await measure("update of nextRunAt by _id", 200, (i) =>
  docs.updateOne({ _id: idOf(i) }, { $set: { nextRunAt: at(total + i) } }).then((r) => r.modifiedCount),
);
await measure("page of 50 by a field with no index", 1, () => page({ name: "Name 77" }, { name: 1 }));

await db.dropDatabase();
await client.close();
await server.close();

/** Prints the median of some runs in ms, and what the last one found. */
async function measure(what: string, runs: number, run: (i: number) => Promise<unknown>): Promise<void> {
  const tookMs: number[] = [];
  let found: unknown;
  for (let i = 0; i < runs; i++) {
    const startedMs = performance.now();
    found = await run(i);
    tookMs.push(performance.now() - startedMs);
  }
  const medianMs = tookMs.sort((a, b) => a - b)[runs >> 1] ?? 0;
  const n = Array.isArray(found) ? found.length : found;
  console.log(`${medianMs.toFixed(1).padStart(9)} ms  ${what} (${n})`);
}

function documentOf(i: number) {
  return {
    _id: idOf(i),
    accountId: `account-${i}`,
    name: `Name ${i}`,
    state: i % 100 === 0 ? "revoked" : "active",
    generation: 1,
    nextRunAt: at(i < 10 ? 0 : i),
    installedAt: at(i),
    waiting: { for: "schedule", until: at(i) },
    sealedCredential: "x".repeat(250),
    lastRun: { outcome: "succeeded", at: at(i), pages: 3, records: 1_200 },
    checkpoint: null,
    failures: 0,
  };
}
