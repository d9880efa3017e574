// Pages by cursor: `?limit=20&after=…` gives `{before, after, limit, content}`. Source: Trackunit's REST
// documentation.

import { z } from "zod";
import { ApiAnswerTooLongError, ApiShapeError, CursorRepeatsError } from "./errors.ts";
import type { ApiRequest, Send } from "./exchange.ts";
import type { Page, PageOptions } from "./page.ts";

/** Which list is read. */
export interface RestCursorList {
  family: string;
  /** Without a query string. */
  path: string;
  /** Default GET. */
  method?: NonNullable<ApiRequest["method"]>;
  /** Besides `limit` and `after`. */
  query?: Record<string, string>;
  body?: unknown;
}

/** Reads on from `from`. A page too long is requested again at half its size. */
export async function* restCursorPages(
  send: Send,
  { family, path, method = "GET", query = {}, body }: RestCursorList,
  { from, pageSize, signal }: PageOptions,
): AsyncGenerator<Page> {
  const read = new Set<string | null>();
  let cursor = from;
  let limit = pageSize;
  for (;;) {
    read.add(cursor);
    const after = cursor === null ? {} : { after: cursor };
    const search = new URLSearchParams({ ...query, limit: String(limit), ...after });
    let answer: CursorPage;
    try {
      answer = readPage(
        await send({ family, method, path: `${path}?${search}`, body, readOnly: true }, signal),
      );
    } catch (error) {
      if (!(error instanceof ApiAnswerTooLongError) || limit === 1) throw error;
      limit = Math.ceil(limit / 2);
      continue;
    }
    // A list that new items are waited for at names its end again and again.
    const atEnd = answer.content.length === 0 && answer.after === cursor;
    const nextCursor = atEnd ? null : answer.after || null;
    if (nextCursor !== null && read.has(nextCursor))
      throw new CursorRepeatsError("the API gave a cursor that was already read");
    const disturbed = doubtOf(answer, nextCursor);
    yield { items: answer.content, nextCursor, ...(disturbed === undefined ? {} : { disturbed }) };
    if (nextCursor === null) return;
    cursor = nextCursor;
  }
}

const pageShape = z.object({ content: z.array(z.unknown()).nullish(), after: z.string().nullish() });

interface CursorPage {
  content: unknown[];
  after?: string | null | undefined;
  silent?: true;
}

function readPage(json: unknown): CursorPage {
  if (json === undefined) return { content: [], silent: true };
  const parsed = pageShape.safeParse(json);
  if (!parsed.success) throw new ApiShapeError("the API's answer is not a page");
  const { content, after } = parsed.data;
  // Some servers mean an empty list by null; it is none that proves anything.
  if (content === null && !after) return { content: [], silent: true };
  if (content == null) throw new ApiShapeError("the API's answer is a page without its items");
  return { content, after };
}

function doubtOf({ content, after, silent }: CursorPage, nextCursor: string | null): string | undefined {
  if (silent) return "the API gave an empty answer instead of a page";
  if (content.length === 0 && nextCursor !== null)
    return "a page of the list was empty, yet another one follows";
  return after === undefined ? "a page of the list does not say whether it is the last" : undefined;
}
