// The cursor of lists that are paged by number: the next page, the size it has to be asked with, and how many items there were.

import { z } from "zod";
import { CursorUnreadableError } from "./errors.ts";

export interface RestPosition {
  /** From 0. */
  page: number;
  size: number;
  /** The fewest items that the list was said to have so far; absent when the API does not say. */
  total: number | undefined;
}

/** For instance `page=3&size=100&total=250`. */
export function cursorOf({ page, size, total }: RestPosition): string {
  return `page=${page}&size=${size}${total === undefined ? "" : `&total=${total}`}`;
}

/** @throws CursorUnreadableError */
export function positionOf(cursor: string): RestPosition {
  const parsed = positionShape.safeParse(Object.fromEntries(new URLSearchParams(cursor)));
  if (!parsed.success) throw new CursorUnreadableError("the cursor names no page");
  const { page, size, total } = parsed.data;
  return { page, size, total };
}

const whole = z.string().regex(/^\d{1,9}$/);
const positionShape = z.object({
  page: whole.transform(Number),
  size: whole.transform(Number).refine((size) => size > 0),
  total: whole.transform(Number).optional(),
});
