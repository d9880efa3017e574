// What a sync is: one resource of the API, how its pages are read, and what makes a record. The extension
// point of Fleetkeeper.

import type { Page, PageOptions, TrackunitClient } from "@fleetkeeper/trackunit";
import type { z } from "zod";
import { findFaults } from "./definition-faults.ts";
import { SyncDefinitionError } from "./errors.ts";
import { roundingNumbers } from "./exact-numbers.ts";

/** What `defineSync` takes and checks. */
export interface SyncDefinition {
  /**
   * Also the name in the schedule and on the board: lower-case letters, digits and `-`, at most 41, beginning
   * with a letter.
   */
  name: string;
  /**
   * The MongoDB collection of the records: a plural in camelCase, such as `assetEvents`. No other sync may
   * have it.
   */
  resource: string;
  /**
   * Scopes that Trackunit may want for it, named to the operator when the API says 403. Only a hint: which
   * operation needs which scope is undocumented.
   */
  scopes: readonly string[];
  /**
   * From the start of one pass to the start of the next, in milliseconds; 1 000 to 31 days. Mind the API's
   * limits.
   */
  intervalMs: number;
  /**
   * Events of Trackunit's webhooks that make it run soon: a type, or its beginning and `.*`, such as
   * `alerts.asset.*`. However many come, one run follows; limits hold, and the schedule continues. Absent:
   * none.
   */
  refreshOn?: readonly string[];
  /** How many items a page should hold; 1 to 1 000. Trackunit recommends 50 to 100 for GraphQL. */
  pageSize: number;
  /**
   * How deletions are seen. `complete-pass`: what a complete pass did not hold is gone. `never`: records are
   * events, or each pass reads only what is new.
   */
  deletions: "complete-pass" | "never";
  /**
   * Absent: each pass reads everything. Present: `pages` gets `options.window` and reads what happened in it.
   * Each pass reads from the moment the last complete pass began, less `overlapMs` for what arrives late, up
   * to its own beginning; the first pass looks back `lookbackMs`. Deletions cannot be seen then.
   */
  window?: { lookbackMs: number; overlapMs: number };
  /**
   * Reads on from `options.from`, a cursor that an earlier page gave, perhaps in another process. Usually one
   * call of `client.graphqlPages`, `restPages`, `restCursorPages` or `aempPages`.
   */
  pages(client: TrackunitClient, options: PageOptions): AsyncIterable<Page>;
  /**
   * What an item must look like to become a record: a schema of zod, or anything with such a `safeParse`.
   * What it gives is stored, so use `z.looseObject`, which keeps the fields it does not know, and check only
   * what your code relies on. A number that a double does not hold comes as an `ExactNumber`. Fields that the
   * schema does not know keep it, and `number` takes it; a field that is typed `z.number()` gets the nearest
   * double.
   */
  item: z.ZodType;
  /**
   * The id of an item that fits: unique within the account's records of this resource, and the same in every
   * pass.
   */
  idOf(item: never): string;
}

const defined = Symbol.for("fleetkeeper.sync-definition");

/**
 * A sync definition whose `idOf` takes what its `item` schema gives.
 * @throws SyncDefinitionError (`ERR_SYNC_DEFINITION`) that lists everything wrong with it.
 */
export function defineSync<Item>(
  definition: Omit<SyncDefinition, "item" | "idOf"> & { item: z.ZodType<Item>; idOf: (item: Item) => string },
): SyncDefinition {
  const faults = findFaults(definition);
  if (faults.length > 0) throw new SyncDefinitionError(String(definition?.name ?? "without a name"), faults);
  return Object.freeze({
    ...definition,
    item: roundingNumbers(definition.item),
    [defined]: true,
  }) as SyncDefinition;
}

/** Whether `defineSync` made it, be it that of another copy of this package. */
export function isSyncDefinition(value: unknown): value is SyncDefinition {
  return typeof value === "object" && value !== null && defined in value;
}
