// What a sync is: one resource of the API, how its pages are read, and what makes a record.

import type { Page, PageOptions, TrackunitClient } from "@fleetkeeper/trackunit";
import type { z } from "zod";

export interface SyncDefinition {
  /** Also the name in the schedule and on the board: lower case, digits and `-`. */
  name: string;
  /** The MongoDB collection of the records. */
  resource: string;
  /** Scopes that Trackunit may want for it; named to the operator when the API says 403. */
  scopes: readonly string[];
  /** From the start of one pass to the start of the next. */
  intervalMs: number;
  pageSize: number;
  /**
   * How deletions are seen. `complete-pass`: what a complete pass did not hold is gone. `never`: records are events, or
   * each pass reads only what is new.
   */
  deletions: "complete-pass" | "never";
  /**
   * Absent: each pass reads everything. Present: each pass reads from the moment the last complete pass began, less
   * `overlapMs` for what arrives late, up to its own beginning; the first pass looks back `lookbackMs`.
   */
  window?: { lookbackMs: number; overlapMs: number };
  /** Reads on from `options.from`. */
  pages(client: TrackunitClient, options: PageOptions): AsyncIterable<Page>;
  /** What an item must look like to become a record. Tolerates unknown fields and keeps them. */
  item: z.ZodType;
  /** The id of an item that fits, unique within the resource and account. */
  idOf(item: never): string;
}

/** A sync definition whose `idOf` takes what its `item` schema gives. */
export function defineSync<Item>(
  definition: Omit<SyncDefinition, "item" | "idOf"> & { item: z.ZodType<Item>; idOf: (item: Item) => string },
): SyncDefinition {
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(definition.name))
    throw new TypeError(`a sync's name is lower case letters, digits and "-", not "${definition.name}"`);
  return definition as SyncDefinition;
}
