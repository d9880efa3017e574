// One page of a numbered list: asked for, sorted where the API lets it be, and read.

import type { BoundedMap } from "@fleetkeeper/model";
import { z } from "zod";
import {
  ApiAnswerTooLongError,
  type ApiError,
  ApiRejectedError,
  ApiShapeError,
  ApiUnavailableError,
} from "./errors.ts";
import type { Send } from "./exchange.ts";
import type { PageRequest, RestList, RestPage } from "./rest-list.ts";

/**
 * @param isBehind one page more is only a precaution: 404 is its end.
 * @returns the error instead of throwing it where another size may help.
 */
export async function askPage(
  send: Send,
  unsortable: BoundedMap<string, true>,
  list: RestList,
  request: PageRequest,
  isBehind: boolean,
  signal: AbortSignal,
): Promise<RestPage | ApiError> {
  const { family, path, method = "GET", query = {}, body, sort } = list;
  const { page, size } = request;
  const ask = async (sorting: Record<string, string>) => {
    const search = new URLSearchParams({ ...query, page: String(page), size: String(size), ...sorting });
    return readPage(
      await send({ family, method, path: `${path}?${search}`, body, readOnly: true }, signal),
      request,
    );
  };
  try {
    if (sort === undefined || unsortable.get(path)) return await ask({});
    try {
      return await ask({ sort });
    } catch (error) {
      if (!mayRefuseSort(error)) throw error;
      const answer = await ask({});
      unsortable.set(path, true);
      return answer;
    }
  } catch (error) {
    if (error instanceof ApiAnswerTooLongError) return error;
    if (!(error instanceof ApiRejectedError)) throw error;
    return isBehind && error.status === 404 ? readPage(undefined, request) : error;
  }
}

/**
 * A field to sort by that an API does not know is 400 with that field by right, and 500 in some frameworks.
 */
function mayRefuseSort(error: unknown): boolean {
  if (error instanceof ApiUnavailableError) return error.status === 500;
  if (!(error instanceof ApiRejectedError) || error.status !== 400) return false;
  return error.fields.length === 0 || error.fields.includes("sort");
}

const count = z.number().int().nonnegative().optional().catch(undefined);
const pageShape = z.object({
  /** Null where some servers mean an empty list. */
  content: z.array(z.unknown()).nullish(),
  number: count,
  size: count,
  totalPages: count,
  totalElements: count,
  numberOfElements: count,
});

function readPage(json: unknown, { page, size }: PageRequest): RestPage {
  if (json === undefined)
    return {
      content: [],
      size,
      totalPages: undefined,
      totalElements: undefined,
      numberOfElements: undefined,
      silent: true,
    };
  const parsed = pageShape.safeParse(json);
  if (!parsed.success) throw new ApiShapeError("the API's answer is not a page");
  const { number, totalPages, totalElements, numberOfElements } = parsed.data;
  const content = parsed.data.content ?? (totalElements === 0 ? [] : undefined);
  if (content === undefined) throw new ApiShapeError("the API's answer is a page without its items");
  if (number !== undefined && number !== page)
    throw new ApiShapeError("the API gave another page than the requested one");
  const uncounted = totalElements === 0 && content.length > 0;
  return {
    content,
    size:
      parsed.data.size ||
      (page === 0 ? silentCap({ content, totalElements, totalPages }) : undefined) ||
      size,
    totalPages: uncounted ? undefined : totalPages,
    totalElements: uncounted ? undefined : totalElements,
    numberOfElements,
    silent: false,
  };
}

/**
 * An API may cap the size of its pages without a word: the first page shows it, when it is not the only one.
 */
function silentCap({
  content,
  totalElements,
  totalPages,
}: Pick<RestPage, "content" | "totalElements" | "totalPages">): number | undefined {
  if (content.length === 0 || totalElements === undefined || totalElements <= content.length)
    return undefined;
  const pages = Math.ceil(totalElements / content.length);
  return (totalPages ?? pages) === pages ? content.length : undefined;
}
