// What one page of a numbered list means for the reading: its new items, what casts doubt on them, and where
// to read on.

import { ExactNumber } from "@fleetkeeper/model";
import { PagesEndlessError } from "./errors.ts";
import type { Page } from "./page.ts";
import type { PageRequest, RestPage } from "./rest-list.ts";
import { fingerprintOf, overlapOf, remember } from "./rest-overlap.ts";
import type { RestPosition } from "./rest-position.ts";

/** A page, and the position after it; none after the last. */
export interface Step extends Omit<Page, "nextCursor"> {
  next: RestPosition | undefined;
}

/** Without a total nothing else would end a list that never ends. */
const maxPages = 100_000;
const maxReturns = 20;

/** @throws PagesEndlessError */
export function stepTo(
  here: RestPosition,
  request: PageRequest,
  answer: RestPage,
  idOf: (item: never) => string | undefined = plainId,
): Step {
  const offset = request.page * request.size;
  const fingerprints = answer.content.map((item) => fingerprintOf(item, idOf));
  const overlap = overlapOf(here, request, fingerprints);
  const known = overlap === "agrees" ? here.from - offset : 0;
  const items = answer.content.slice(known, known + here.wanted);
  const memory = remember(here, fingerprints.slice(known, known + items.length));
  const moved = here.from > 0 && overlap !== "agrees";
  const disturbed =
    doubtOf(here, offset, answer) ??
    (moved ? "items may have moved between two pages of the list" : undefined) ??
    (memory.repeats ? "the list gave an item twice: its order changed while it was read" : undefined);
  const next = nextPosition({ ...here, ...memory }, request, answer, offset + known + items.length);
  return { items, next, ...(disturbed === undefined ? {} : { disturbed }) };
}

/** Over an item that is too long alone. */
export function stepOver(here: RestPosition): Step {
  const from = here.from + 1;
  const isLast = here.total !== undefined && from >= here.total;
  return {
    items: [],
    incomplete: [{ item: null, reasons: ["item: longer than an answer may be"] }],
    disturbed: "an item was too long to be read",
    next: isLast ? undefined : { ...here, from, size: 1, before: [] },
  };
}

function plainId(item: { id?: unknown } | null): string | undefined {
  const id = item?.id;
  return typeof id === "string" || typeof id === "number" || id instanceof ExactNumber
    ? String(id)
    : undefined;
}

function doubtOf(here: RestPosition, offset: number, answer: RestPage): string | undefined {
  const { content, size, totalElements: total, numberOfElements, silent } = answer;
  if (silent) return "the API gave an empty answer instead of a page";
  if (total === undefined) return "the list does not say how many items it has";
  if (here.from > 0 && total !== here.total) return "the number of items changed while the list was read";
  const promised = Math.min(Math.max(total - offset, 0), size);
  if (content.length !== promised || (numberOfElements ?? content.length) !== content.length)
    return "a page held another number of items than the list said";
  return undefined;
}

/** `end`: how many items lie before the next unread one. Undefined after the last page. */
function nextPosition(
  here: RestPosition,
  request: PageRequest,
  answer: RestPage,
  end: number,
): RestPosition | undefined {
  const { page } = request;
  const { content, size: pageSize, totalElements: total } = answer;
  const fallen = here.from > 0 && total !== undefined ? (here.total ?? 0) - total : 0;
  if (fallen > 0 && here.returns < maxReturns) {
    const from = Math.max(0, here.from - fallen);
    return { ...here, from, total, before: [], returns: here.returns + 1 };
  }
  if (!hasMore(answer, page, end, here)) return undefined;
  const largest = pageSize < request.size ? pageSize : here.largest;
  const wanted = Math.min(here.wanted, largest);
  const grown = { ...here, total, largest, wanted, size: Math.min(wanted, here.size * 2) };
  // A page in the middle that is not full: what its API counts is unknown, but its page numbers continue.
  const isShort = content.length < pageSize && end >= page * request.size + content.length;
  const next =
    isShort || here.aligned
      ? { ...grown, from: (page + 1) * pageSize, size: pageSize, wanted: pageSize, aligned: true }
      : { ...grown, from: end };
  if (next.from <= here.from) throw new PagesEndlessError("the API's list ends too early");
  if (next.from >= maxPages * pageSize || (total !== undefined && next.from >= total + here.wanted))
    throw new PagesEndlessError("the API's list continues after its last page");
  return next;
}

function hasMore(answer: RestPage, page: number, end: number, here: RestPosition): boolean {
  const { content, size, totalElements: total, totalPages, silent } = answer;
  if (silent) return false;
  const isFull = content.length >= size;
  if (total === undefined && totalPages === undefined) return end > here.from && content.length > 0;
  return isFull || end < (total ?? 0) || page + 1 < (totalPages ?? 0);
}
