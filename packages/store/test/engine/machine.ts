// A machine that uses the real store, and that can crash or stall at any of its writes.

import { type MongoProxy, startMongoProxy } from "@fleetkeeper/local-stack";
import { openStore, type Store } from "../../src/index.ts";

/** At which of its writes something crashes or stalls; the server has carried it out, or has not. */
export interface Trouble {
  kind: "crash" | "stall";
  write: number;
  when: "before" | "after";
}

export type Action<Result> = (store: Store) => Promise<Result>;

/** `release` lets what stalled continue, and gives what became of it. */
export type ActionEnd<Result> =
  | { state: "done"; result: Result }
  | { state: "crashed" }
  | { state: "stalled"; release(): Promise<Result> };

export interface Machine {
  /** Resolves when the action is done, dead or stalled. */
  act<Result>(trouble: Trouble, action: Action<Result>): Promise<ActionEnd<Result>>;
  close(): Promise<void>;
}

const writes = ["update", "insert", "delete", "findAndModify"];
const never = 1_000_000;

export async function createMachine(mongodbUrl: string): Promise<Machine> {
  const proxy = await startMongoProxy(mongodbUrl);
  const store = await openStore({ mongodbUrl: proxy.url, indexes: "leave" });
  return {
    act: (trouble, action) => (trouble.kind === "crash" ? crashing : stalling)(store, proxy, trouble, action),

    async close() {
      await store.close();
      await proxy.close();
    },
  };
}

/** After the write at which it crashes nothing of the action reaches the server. */
async function crashing<Result>(
  store: Store,
  proxy: MongoProxy,
  { write, when }: Trouble,
  action: Action<Result>,
): Promise<ActionEnd<Result>> {
  const fault = { refuse: "Unauthorized" } as const;
  proxy.add({ command: writes, after: write, times: 1, when, fault });
  proxy.add({ command: writes, after: write + 1, times: never, when: "before", fault });
  try {
    return { state: "done", result: await action(store) };
  } catch {
    return { state: "crashed" };
  } finally {
    proxy.clear();
  }
}

async function stalling<Result>(
  store: Store,
  proxy: MongoProxy,
  { write, when }: Trouble,
  action: Action<Result>,
): Promise<ActionEnd<Result>> {
  const { promise: holdUntil, resolve } = Promise.withResolvers<void>();
  const { met } = proxy.add({ command: writes, after: write, when, fault: { holdUntil } });
  const ended = action(store);
  const first = await Promise.race([met, ended.then((result) => ({ result }))]);
  if (first !== undefined) {
    proxy.clear();
    return { state: "done", ...first };
  }
  return {
    state: "stalled",
    release() {
      resolve();
      return ended;
    },
  };
}
