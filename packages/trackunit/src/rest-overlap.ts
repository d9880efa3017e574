// Overlapping pages: each page asks for the last item of the page before again, and so proves that nothing
// moved between the two.

import { createHash } from "node:crypto";
import { ApiAnswerTooLongError, type ApiError, ApiRejectedError } from "./errors.ts";
import type { PageRequest, RestPage } from "./rest-list.ts";
import type { RestPosition } from "./rest-position.ts";

const maxBefore = 8;
const maxSampled = 64;
/** Pages of fewer items than this do not always have a size at which they overlap. */
const leastSize = 12;

/**
 * The page that holds the last item read and as many after it as can be. A list is asked for in multiples of
 * a size only, so the size is chosen: a page of 100 after item 100 is number 1 of size 99. Without such a
 * page (a size of one item), the page that begins at `from`.
 */
export function requestAt({ from, size, wanted, largest, aligned }: RestPosition): PageRequest {
  if (from === 0) return { page: 0, size };
  if (aligned) return { page: Math.floor(from / size), size };
  const last = from - 1;
  const most = size === wanted ? Math.min(Math.max(size, leastSize), largest) : size;
  let best = { size: 1, fresh: 0 };
  for (let candidate = most; candidate > 1 && candidate > size / 2; candidate--) {
    const fresh = Math.min(candidate - (last % candidate) - 1, size);
    if (fresh > best.fresh) best = { size: candidate, fresh };
  }
  if (best.fresh === 0) return { page: from, size: 1 };
  return { page: Math.floor(last / best.size), size: best.size };
}

/** How to ask for a page again whose size was wrong; undefined when it was right. */
export function resize(
  position: RestPosition,
  request: PageRequest,
  answer: RestPage | ApiError,
): RestPosition | undefined {
  if (answer instanceof ApiAnswerTooLongError)
    return request.size > 1
      ? { ...position, size: Math.ceil(Math.min(position.size, request.size) / 2) }
      : undefined;
  if (position.from === 0) return undefined;
  if (answer instanceof ApiRejectedError) {
    // Perhaps the API knows some sizes only.
    const mayBeSize = answer.status === 400 && !position.aligned && request.size !== position.wanted;
    return mayBeSize ? { ...position, size: position.wanted, aligned: true } : undefined;
  }
  if (!("content" in answer) || answer.size === request.size) return undefined;
  // Its page numbers count pages of its own size: this one may be anywhere in the list.
  return { ...position, size: answer.size, wanted: answer.size, aligned: true };
}

/** Whether the items before `from` are where they were; `unknown` when the page does not hold any of them. */
export function overlapOf(
  { from, before }: RestPosition,
  { page, size }: PageRequest,
  fingerprints: readonly string[],
): "agrees" | "differs" | "unknown" {
  const overlapping = from - page * size;
  const held = overlapping > 0 ? before.slice(-overlapping) : [];
  if (held.length === 0) return "unknown";
  const first = overlapping - held.length;
  return held.every((one, index) => fingerprints[first + index] === one) ? "agrees" : "differs";
}

/** The fingerprints to remember after these were read, and whether one of them was read before. */
export function remember(
  { before, sample }: RestPosition,
  fresh: readonly string[],
): { before: string[]; sample: string[]; repeats: boolean } {
  const known = new Set(sample);
  // A full sample holds the smallest ones of all that were read: those above were not kept.
  const limit = sample.length === maxSampled ? (sample.at(-1) as string) : undefined;
  let repeats = false;
  for (const one of fresh) {
    if (limit !== undefined && one > limit) continue;
    if (known.has(one)) repeats = true;
    known.add(one);
  }
  return {
    before: [...before, ...fresh].slice(-maxBefore),
    sample: [...known].sort().slice(0, maxSampled),
    repeats,
  };
}

/** Tells items apart by `idOf`, or by everything they hold where it gives none. */
export function fingerprintOf(item: unknown, idOf: (item: never) => string | undefined): string {
  const text = idIn(item, idOf) ?? JSON.stringify(item) ?? "";
  return createHash("sha256").update(text).digest("base64url").slice(0, 6);
}

function idIn(item: unknown, idOf: (item: never) => string | undefined): string | undefined {
  try {
    return idOf(item as never) || undefined;
  } catch {
    return undefined;
  }
}
