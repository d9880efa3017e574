// A machine that runs passes over a list in memory through the real store, and that can crash or stall at any of its writes.

import { type MongoProxy, startMongoProxy } from "@fleetkeeper/local-stack";
import type { Run } from "../../src/index.ts";
import { defaultAbsenceRules, openStore, type SyncDocument } from "../../src/index.ts";
import { pageOf, type Records, settlementOf } from "../world.ts";

type Store = Awaited<ReturnType<typeof openStore>>;

/** At which of its writes a run crashes or stalls; the server has carried it out, or has not. */
export interface Trouble {
  kind: "crash" | "stall";
  write: number;
  when: "before" | "after";
}

export interface Machine {
  store: Store;
  /** A whole run. Resolves when it has ended, however. `betweenPages` is called after each page. */
  run(how: RunOptions): Promise<RunEnd>;
  close(): Promise<void>;
}

export interface RunOptions {
  sync: SyncDocument;
  source: Map<string, number>;
  trouble?: Trouble | undefined;
  betweenPages?: () => void;
  now: () => Date;
}

/** `release` lets a stalled run go on, and resolves when it has ended. */
export type RunEnd =
  | { state: "ended" | "obsolete" | "crashed" | "lost" }
  | { state: "stalled"; release(): Promise<void> };

export const pageSize = 2;
const never = 1_000_000;

export async function createMachine(mongodbUrl: string): Promise<Machine> {
  const proxy = await startMongoProxy(mongodbUrl);
  const store = await openStore({ mongodbUrl: proxy.url, indexes: "leave" });
  return {
    store,

    async run({ trouble, ...how }) {
      if (trouble?.kind === "crash") return crashing(store, proxy, how, trouble);
      if (trouble?.kind === "stall") return stalling(store, proxy, how, trouble);
      return pass(store, how);
    },

    async close() {
      await store.close();
      await proxy.close();
    },
  };
}

/** After the write at which it crashes nothing of the run reaches the server. */
async function crashing(
  store: Store,
  proxy: MongoProxy,
  how: Omit<RunOptions, "trouble">,
  { write, when }: Trouble,
): Promise<RunEnd> {
  const fault = { refuse: "Unauthorized" } as const;
  const first = { command: "update", after: write, times: 1, when, fault };
  proxy.add(first);
  for (const command of ["update", "delete", "findAndModify"])
    proxy.add({
      command,
      after: command === "update" ? write : write + 1,
      times: never,
      when: "before",
      fault,
    });
  try {
    return await pass(store, how);
  } catch {
    return { state: "crashed" };
  } finally {
    proxy.clear();
  }
}

async function stalling(
  store: Store,
  proxy: MongoProxy,
  how: Omit<RunOptions, "trouble">,
  { write, when }: Trouble,
): Promise<RunEnd> {
  const { promise: holdUntil, resolve } = Promise.withResolvers<void>();
  const { met } = proxy.add({ command: "update", after: write, when, fault: { holdUntil } });
  const ended = pass(store, how).catch((error: unknown) => {
    throw new Error("the stalled run failed", { cause: error });
  });
  const first = await Promise.race([met.then(() => undefined), ended]);
  if (first !== undefined) {
    resolve();
    proxy.clear();
    return first;
  }
  return {
    state: "stalled",
    async release() {
      resolve();
      await ended;
    },
  };
}

async function pass(
  store: Store,
  { sync, source, betweenPages, now }: Omit<RunOptions, "trouble">,
): Promise<RunEnd> {
  const [job] = await store.syncs.dispatch([sync], now(), now());
  if (job === undefined) return { state: "obsolete" };
  const run = await store.syncs.start(job.syncId, job.fencingToken, { leaseMs: 60_000, now });
  if (run === undefined) return { state: "obsolete" };
  try {
    await run.begin({ resource: "assets", seeksMissing: true }, () => null);
    while (!run.checkpoint.complete) {
      await run.writePage(nextPage(source, run.checkpoint.cursor));
      betweenPages?.();
    }
    await end(run, now());
    return { state: "ended" };
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_LEASE_LOST") return { state: "lost" };
    throw error;
  }
}

async function end(run: Run, now: Date): Promise<void> {
  for await (const _ of run.sweep(defaultAbsenceRules));
  await run.endPass();
  await run.settle(settlementOf(run, now));
}

/** By ids, as a cursor of Trackunit's reads on: what is inserted or deleted elsewhere moves nothing. */
function nextPage(source: ReadonlyMap<string, number>, cursor: string | null) {
  const behind = [...source]
    .filter(([id]) => cursor === null || id > cursor)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const page = behind.slice(0, pageSize);
  const records: Records = Object.fromEntries(page);
  return { ...pageOf(records), nextCursor: behind.length > pageSize ? (page.at(-1)?.[0] ?? null) : null };
}
