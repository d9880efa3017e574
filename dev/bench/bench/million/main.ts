// A store of real size: `node dev/bench/bench/million/main.ts [accounts] [--data folder] [--only text]`, by
// default with a million accounts of seven syncs in the embedded server, which takes 40 GB and half an hour.
// What is in the folder from before is used again; without `--data` it is removed at the end. docs/scale.md
// has the results.

import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startMongodb, startRedis } from "@fleetkeeper/local-stack";
import type { SyncId } from "@fleetkeeper/model";
import { openStore } from "@fleetkeeper/store";
import { openDispatcher } from "../rows/dispatch.ts";
import { fillWithCopies } from "./fill-with-copies.ts";
import { type Look, openLooks } from "./looks.ts";
import { writeTemplates } from "./templates.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: "string" }, only: { type: "string" } },
});
const accounts = Number(positionals[0] ?? 1_000_000);
const dataDir = values.data ?? mkdtempSync(join(tmpdir(), "fleetkeeper-million-"));
const file = join(dataDir, "ferretdb", "million.sqlite");
const rounds = 3;
/** What takes longer than this is looked at once. */
const longMs = 20_000;
const due = 2_000;

try {
  if (!existsSync(file)) await fill();
  print(`${(statSync(file).size / 2 ** 30).toFixed(1)} GiB`);
  await measureAll();
} finally {
  if (values.data === undefined) rmSync(dataDir, { recursive: true, force: true });
}

async function fill(): Promise<void> {
  const { url, close } = await startDatabase();
  const store = await openStore({ mongodbUrl: url });
  const templates = await writeTemplates(url);
  await store.close();
  await close();
  fillWithCopies(file, templates, accounts, print);
}

async function measureAll(): Promise<void> {
  const mongodb = await startDatabase();
  // An index that is new since the file was filled takes longer than a service waits.
  await (await openStore({ mongodbUrl: mongodb.url, timeoutMs: 600_000 })).close();
  const redis = await startRedis({ own: true });
  const dispatcher = await openDispatcher(async () => ({ url: mongodb.url, close: async () => undefined }));
  // What an earlier measurement dispatched would be taken for lost.
  const later = { nextRunAt: new Date(Date.now() + 6 * 3_600_000), dispatchedAt: null };
  await dispatcher.syncs.updateMany({ dispatchedAt: { $gt: new Date(0) } }, { $set: later });
  const ids = (await dispatcher.syncs.find({}).limit(due).toArray()).map(({ _id }) => _id as SyncId);
  const account = ids.at(-1)?.split("/")[0] ?? "";
  const { looks, close } = await openLooks({ redisUrl: redis.url, mongodbUrl: mongodb.url }, account);
  try {
    for (const look of [...ticks(), ...looks])
      if (look.name.includes(values.only ?? "")) print(`${look.name}: ${await measured(look)}`);
  } finally {
    await close();
    await dispatcher.close();
    await redis.close();
    await mongodb.close();
  }

  function ticks(): Look[] {
    return [
      { name: "tick, nothing is due", look: () => dispatcher.tick() },
      {
        name: `tick, ${due.toLocaleString("en")} are due`,
        async prepare() {
          await dispatcher.queues.queues.sync.obliterate({ force: true });
          const $set = { nextRunAt: new Date(), dispatchedAt: null };
          const writes = ids.map((_id) => ({ updateOne: { filter: { _id }, update: { $set } } }));
          await dispatcher.syncs.bulkWrite(writes, { ordered: false });
        },
        look: () => dispatcher.dispatch(due),
      },
    ];
  }
}

async function startDatabase() {
  const { url, origin, close } = await startMongodb({ own: true, dataDir });
  if (!origin.startsWith("FerretDB"))
    throw new Error(`only the embedded server's file can be filled, and this is ${origin}`);
  return { url: new URL("/million", url).href, close };
}

/** Median and slowest, after a first look, which is said too. */
async function measured({ look, prepare }: Look): Promise<string> {
  const tookMs: number[] = [];
  do {
    await prepare?.();
    const startedAtMs = performance.now();
    await look();
    tookMs.push(performance.now() - startedAtMs);
  } while (tookMs.length <= rounds && (tookMs[0] ?? 0) < longMs);
  const [first = 0, ...later] = tookMs;
  const sorted = (later.length === 0 ? tookMs : later).toSorted((a, b) => a - b);
  return `median ${inMs(sorted[sorted.length >> 1])}, slowest ${inMs(sorted.at(-1))}, first ${inMs(first)}`;
}

function inMs(ms = Number.NaN): string {
  return `${ms < 100 ? ms.toFixed(1) : Math.round(ms).toLocaleString("en")} ms`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
