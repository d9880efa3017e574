// Pages by number: `?page=0&size=20&sort=name` gives `{totalPages, totalElements, number, size, content}`. Source: Trackunit's REST documentation.

import { z } from "zod";
import { ApiAnswerTooLongError, ApiRejectedError, ApiShapeError, PagesEndlessError } from "./errors.ts";
import type { ApiRequest, Send } from "./exchange.ts";
import type { Page, PageOptions } from "./page.ts";
import { cursorOf, positionOf, type RestPosition } from "./rest-position.ts";

export interface RestList {
  family: string;
  /** Without a query string. */
  path: string;
  /** Default GET. */
  method?: NonNullable<ApiRequest["method"]>;
  /** Besides `page`, `size` and `sort`. */
  query?: Record<string, string>;
  body?: unknown;
  /** A field that never changes, so that items keep their places while pages are read. Left out when the API refuses it. */
  sort?: string;
}

/** Without totals nothing else would end a list that never ends. */
const mostPages = 100_000;
/** Paths are few, unless somebody writes ids into them. */
const mostPaths = 1_000;

/**
 * Reads on from `from`, at the page size that it was begun with.
 *
 * A page number is not a position: when the total falls, items have moved to pages that were read already, and reading goes
 * back by so many. The end is where the totals say it is and the page is not full: a full page is followed by one more,
 * whatever the totals say.
 */
export async function* restPages(
  send: Send,
  unsortable: Set<string>,
  list: RestList,
  { from, pageSize, signal }: PageOptions,
): AsyncGenerator<Page> {
  let position = from === null ? { page: 0, size: pageSize, total: undefined } : positionOf(from);
  for (;;) {
    const answer = await askPage(send, unsortable, list, position, signal);
    if (answer === "too long") {
      const size = Math.ceil(position.size / 2);
      position = { ...position, page: Math.floor((position.page * position.size) / size), size };
      continue;
    }
    const next = nextPosition(position, answer);
    yield { items: answer.content, nextCursor: next === undefined ? null : cursorOf(next) };
    if (next === undefined) return;
    position = next;
  }
}

type RestPage = z.output<typeof pageShape>;

async function askPage(
  send: Send,
  unsortable: Set<string>,
  list: RestList,
  position: RestPosition,
  signal: AbortSignal,
): Promise<RestPage | "too long"> {
  const { page, size, total } = position;
  const { family, path, method = "GET", query = {}, body, sort } = list;
  const sorted = sort !== undefined && !unsortable.has(path);
  const search = new URLSearchParams({
    ...query,
    page: String(page),
    size: String(size),
    ...(sorted ? { sort } : {}),
  });
  try {
    return readPage(await send({ family, method, path: `${path}?${search}`, body }, signal), page);
  } catch (error) {
    if (error instanceof ApiAnswerTooLongError && size > 1) return "too long";
    if (!(error instanceof ApiRejectedError)) throw error;
    if (sorted && error.status === 400 && error.fields.includes("sort")) {
      if (unsortable.size >= mostPaths) unsortable.clear();
      unsortable.add(path);
      return askPage(send, unsortable, list, position, signal);
    }
    // One page more than the totals say was only a precaution.
    const isBeyond = total !== undefined && page > 0 && page * size >= total;
    if (isBeyond && error.status === 404) return { content: [] };
    throw error;
  }
}

const count = z.number().int().nonnegative().optional().catch(undefined);
const pageShape = z.object({
  content: z.array(z.unknown()),
  number: count,
  size: count,
  totalPages: count,
  totalElements: count,
});

function readPage(json: unknown, page: number): RestPage {
  const parsed = pageShape.safeParse(json);
  if (!parsed.success) throw new ApiShapeError("the API's answer is no page");
  if (parsed.data.number !== undefined && parsed.data.number !== page)
    throw new ApiShapeError("the API gave another page than the one asked for");
  return parsed.data;
}

/** Without totals only an empty page is the end: a short one may be as long as the API lets it be. */
function isLast({ content, totalPages, totalElements }: RestPage, page: number, size: number): boolean {
  const pages = totalPages ?? (totalElements === undefined ? undefined : Math.ceil(totalElements / size));
  if (pages === undefined) return content.length === 0;
  return page + 1 >= pages && content.length < size;
}

/** Undefined after the last page. */
function nextPosition(here: RestPosition, answer: RestPage): RestPosition | undefined {
  const { page } = here;
  // The API may cap the size: its page numbers count pages of its own size then.
  const size = answer.size || here.size;
  // No items, and yet here are some: the API does not count this list.
  const total = answer.totalElements === 0 && answer.content.length > 0 ? undefined : answer.totalElements;
  const fewest = here.total === undefined ? total : Math.min(here.total, total ?? here.total);
  const moved = here.total === undefined || total === undefined ? 0 : here.total - total;
  if (moved > 0 && page > 0)
    return { page: Math.max(0, Math.floor((page * size - moved) / size)), size, total: fewest };
  if (isLast(answer, page, size)) return undefined;
  const next = page + 1;
  if (next >= mostPages || (total !== undefined && next * size >= total + size))
    throw new PagesEndlessError("the API's list goes on after its last page");
  return { page: next, size, total: fewest };
}
