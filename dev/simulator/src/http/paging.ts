// The two ways in which Trackunit's REST interface pages: by page number and by cursor.
import type { TakenFaults } from "../faults/taken-faults.ts";
import { type Answer, badField, json } from "./answers.ts";

export interface PageRequest {
  page: number;
  size: number;
}

type Query = Record<string, string | string[] | undefined>;

const maxSize = 1000;

/** A request's `page` (from 0) and `size` (1 to 1000), or the answer that refuses them. */
export function pageRequest(query: unknown, defaultSize = 20): PageRequest | Answer {
  const { page = "0", size = String(defaultSize) } = query as Query;
  if (!isWhole(page)) return badField("page", "must be a whole number from 0");
  if (!isWhole(size) || Number(size) < 1 || Number(size) > maxSize) {
    return badField("size", `must be a whole number from 1 to ${maxSize}`);
  }
  return { page: Number(page), size: Number(size) };
}

/** One page of a list of which only the records from a position need to be read. */
export function pageAnswer(
  { page, size }: PageRequest,
  totalElements: number,
  faults: TakenFaults,
  slice: (position: number, count: number) => unknown[],
): Answer {
  const pages = Math.ceil(totalElements / size);
  const endless = faults.has("endless");
  const content = slice((endless && pages > 0 ? page % pages : page) * size, size);
  const totalPages = endless ? page + 2 : pages;
  return json(200, {
    totalPages,
    totalElements,
    number: page,
    size,
    numberOfElements: content.length,
    content,
  });
}

/** A request's `limit` (1 to 1000, default 20), or the answer that refuses it. */
export function limitOf(query: unknown): number | Answer {
  const { limit = "20" } = query as Query;
  const ok = isWhole(limit) && Number(limit) >= 1 && Number(limit) <= maxSize;
  return ok ? Number(limit) : badField("limit", `must be a whole number from 1 to ${maxSize}`);
}

export function isAnswer(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && "contentType" in value;
}

function isWhole(text: unknown): text is string {
  return typeof text === "string" && /^\d{1,9}$/.test(text);
}
