// How long a search for accounts takes: `node packages/store/bench/accounts.ts [accounts]`, by default a
// million, which takes a quarter of an hour to write. Servers as for the tests. Half of the accounts have a
// name; only what a search reads is written of the others.

import { createHash } from "node:crypto";
import { startLocalStack } from "@fleetkeeper/local-stack";
import { installationIdOf } from "@fleetkeeper/model";
import { MongoClient } from "mongodb";
import { keysOf, nothingInstalledSince, openStore } from "../src/index.ts";

const count = Number(process.argv[2] ?? 1_000_000);
const rounds = 5;
const app = "@bench/accounts";
const first = ["Acme", "Nordic", "Alpine", "Harbour", "Quarry", "Baltic", "Rhine", "Summit"];
const second = ["Cranes", "Rental", "Earthworks", "Lifting", "Tunnels", "Logistics", "Paving"];

const stack = await startLocalStack({ onProgress: (line) => process.stderr.write(`${line}\n`) });
const mongodbUrl = new URL(`/bench-${process.pid}`, stack.mongodb.url).href;
const client = await MongoClient.connect(mongodbUrl);
const store = await openStore({ mongodbUrl, timeoutMs: 120_000 });
try {
  await seed();
  const middle = accountOf(count >> 1);
  const searches: [what: string, search: string][] = [
    ["the beginning of an id", middle.accountId.slice(0, 9)],
    ["the middle of an id", middle.accountId.slice(15, 26)],
    ["the end of an id", middle.accountId.slice(-8)],
    ["a part of a name", middle.name?.slice(2) ?? ""],
    ["a part of many names", "thworks"],
    ["a part of a fingerprint", middle.clientIdFingerprint.slice(4, 14)],
    ["a text that no account has", "no such account"],
  ];
  for (const [what, search] of searches) {
    const timesMs: number[] = [];
    let pages = 0;
    let found = 0;
    for (let round = 0; round < rounds; round++) {
      const startedAtMs = performance.now();
      let after: string | undefined;
      pages = 0;
      do {
        const page = await store.installations.list({
          search,
          sort: "id",
          limit: 25,
          ...(after && { after }),
        });
        after = page.isCut ? page.next : undefined;
        found = page.rows.length;
        pages += 1;
      } while (after !== undefined && found === 0);
      timesMs.push(performance.now() - startedAtMs);
    }
    const sorted = timesMs.toSorted((a, b) => a - b);
    console.log(
      `${what}: ${found} found, median ${sorted[rounds >> 1]?.toFixed(0)} ms in ${pages} pages, slowest ${sorted.at(-1)?.toFixed(0)} ms`,
    );
  }
} finally {
  await store.close();
  await client.close();
  await stack.close();
}

function accountOf(index: number) {
  const hash = createHash("sha256").update(`${index}`).digest("hex");
  const accountId = hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, "$1-$2-$3-$4-$5");
  const name = `${first[index % first.length]} ${second[index % second.length]} ${index}`;
  return {
    _id: installationIdOf(app, accountId),
    irisAppId: app,
    accountId,
    clientIdFingerprint: hash.slice(40, 56),
    ...(index % 2 === 0 ? { name } : {}),
    state: "active",
    revision: "1",
    ...nothingInstalledSince(),
  };
}

async function seed(): Promise<void> {
  const startedAtMs = performance.now();
  const db = client.db();
  const batch = 2_000;
  for (let start = 0; start < count; start += batch) {
    const accounts = Array.from({ length: Math.min(batch, count - start) }, (_, offset) =>
      accountOf(start + offset),
    );
    await db.collection<{ _id: string }>("installations").insertMany(accounts, { ordered: false });
    const keys = accounts.flatMap((account) =>
      keysOf(account).map(({ _id }) => ({ _id, installationId: account._id })),
    );
    await db.collection<{ _id: string }>("accounts").insertMany(keys, { ordered: false });
  }
  console.log(`${count} accounts seeded in ${((performance.now() - startedAtMs) / 1_000).toFixed(0)} s`);
}
