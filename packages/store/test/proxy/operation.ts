// What an operation of the store is for the tests that run it through every answer of MongoDB.

import type { Db } from "mongodb";
import type { Store } from "../../src/index.ts";
import { at, installationId, installOf, putInForce } from "../world.ts";

export interface Operation {
  /** Puts the database into the state before it. */
  before?: (store: Store, db: Db) => Promise<unknown>;
  /** Run until it does not reject. */
  run: (store: Store) => Promise<unknown>;
  /**
   * The write commands that it makes, with their collection: each is met by each answer, the one after the
   * first `after` of them.
   */
  writes: [command: string, collection: string, after?: number][];
  /** A repetition counts one more: the number of token failures, or a fencing token. */
  counts?: true;
}

export async function installed(store: Store): Promise<void> {
  await putInForce(store, installOf("1"));
  await store.plan(installationId, ["assets", "sites"], at(0));
}
