// The cursor of lists that are paged by number: where the next item is, how the list was last seen, and what
// was read just before.

import { z } from "zod";
import { CursorUnreadableError } from "./errors.ts";

/** As a checkpoint has it. */
export interface RestPosition {
  /** How many items of the list lie before the next one to read. */
  from: number;
  /** How many items to ask for now; fewer than `wanted` after an answer that was too long. */
  size: number;
  /** The page size of the pass. */
  wanted: number;
  /** The API gives no larger pages. */
  largest: number;
  /** The API gives pages of this size only, so that they cannot overlap. */
  aligned: boolean;
  /** The total that the last answer gave; absent when it gave none. */
  total: number | undefined;
  /** Fingerprints of the items just before `from`, the nearest one last; at most 8. */
  before: readonly string[];
  /** Fingerprints of a sample of all items read so far, to see one that comes again; at most 64. */
  sample: readonly string[];
  /** How often reading went back because the list became shorter. */
  returns: number;
}

/** Trackunit's REST documentation: `size` is at most 1 000. */
const documentedLargest = 1_000;

/** The beginning of a list. */
export function firstPosition(pageSize: number): RestPosition {
  return {
    from: 0,
    size: pageSize,
    wanted: pageSize,
    largest: documentedLargest,
    aligned: false,
    total: undefined,
    before: [],
    sample: [],
    returns: 0,
  };
}

/** All items that the list was last said to have are read: one page more is only a precaution. */
export function isBehind({ from, total }: RestPosition): boolean {
  return total !== undefined && from > 0 && from >= total;
}

/** For instance `from=100&size=100&total=250&before=…&sample=…`: less than 1 kB. */
export function cursorOf({
  from,
  size,
  wanted,
  largest,
  aligned,
  total,
  before,
  sample,
  returns,
}: RestPosition): string {
  return new URLSearchParams({
    from: String(from),
    size: String(wanted),
    ...(size === wanted ? {} : { now: String(size) }),
    ...(largest === documentedLargest ? {} : { largest: String(largest) }),
    ...(aligned ? { aligned: "1" } : {}),
    ...(total === undefined ? {} : { total: String(total) }),
    ...(returns === 0 ? {} : { returns: String(returns) }),
    before: before.join("."),
    sample: sample.join("."),
  }).toString();
}

/** @throws CursorUnreadableError */
export function positionOf(cursor: string): RestPosition {
  const parsed = cursorShape.safeParse(Object.fromEntries(new URLSearchParams(cursor)));
  if (!parsed.success) throw new CursorUnreadableError("the cursor names no position in a list");
  const { from, size, now = size, largest, aligned, total, before, sample, returns } = parsed.data;
  return {
    from,
    size: now,
    wanted: size,
    largest,
    aligned: aligned !== undefined,
    total,
    before,
    sample,
    returns,
  };
}

const whole = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);
const positive = whole.refine((size) => size > 0);
const fingerprints = z
  .string()
  .max(1_000)
  .transform((text) => text.split(".").filter(Boolean));
const cursorShape = z.object({
  from: whole,
  size: positive,
  now: positive.optional(),
  largest: positive.default(documentedLargest),
  aligned: z.literal("1").optional(),
  total: whole.optional(),
  returns: whole.default(0),
  before: fingerprints,
  sample: fingerprints,
});
