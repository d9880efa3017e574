// Pages by number: `?page=0&size=20&sort=name` gives `{totalPages, totalElements, number, size, content}`.
// Source: Trackunit's REST documentation.

import type { BoundedMap } from "@fleetkeeper/model";
import { ApiAnswerTooLongError, ApiError, ApiShapeError } from "./errors.ts";
import type { Send } from "./exchange.ts";
import type { Page, PageOptions } from "./page.ts";
import { askPage } from "./rest-answer.ts";
import type { PageRequest, RestList, RestPage } from "./rest-list.ts";
import { requestAt, resize } from "./rest-overlap.ts";
import { cursorOf, firstPosition, isBehind, positionOf, type RestPosition } from "./rest-position.ts";
import { type Step, stepOver, stepTo } from "./rest-step.ts";

/** How many sizes one page may be asked with: half of 1 000 again and again is 1 after 10. */
const maxSizes = 20;

/**
 * Reads on from `from`, at the page size that it was begun with.
 *
 * A page number is not a position: items move while the list is read. Pages therefore overlap, and a page is
 * `disturbed` unless the items before it are where they were, the total is the one that the page before told,
 * and the page holds as many items as that total leaves for it. When the total falls, reading also goes back
 * by that number. The end is where the totals say it is and the page is not full: a full page is followed by
 * one more.
 *
 * A page that is too long is requested again at half its size; an item that is too long alone is
 * `incomplete`.
 */
export async function* restPages(
  send: Send,
  unsortable: BoundedMap<string, true>,
  list: RestList,
  { from: cursor, pageSize, signal }: PageOptions,
): AsyncGenerator<Page> {
  let position = cursor === null ? firstPosition(pageSize) : positionOf(cursor);
  for (let sizes = 1; ; sizes++) {
    const request = requestAt(position);
    const answer = await askPage(send, unsortable, list, request, isBehind(position), signal);
    const resized = resize(position, request, answer);
    if (resized !== undefined) {
      if (sizes >= maxSizes) throw new ApiShapeError("the API changes the size of its pages");
      position = resized;
      continue;
    }
    const { next, ...page } = stepOf(position, request, answer, list);
    yield { ...page, nextCursor: next === undefined ? null : cursorOf(next) };
    if (next === undefined) return;
    position = next;
    sizes = 0;
  }
}

function stepOf(
  position: RestPosition,
  request: PageRequest,
  answer: RestPage | ApiError,
  { idOf }: RestList,
): Step {
  if (!(answer instanceof ApiError)) return stepTo(position, request, answer, idOf);
  // The first item may be odd; where the second is, too, nothing tells how many there are.
  const isOneItem =
    answer instanceof ApiAnswerTooLongError && (position.total !== undefined || position.from === 0);
  if (isOneItem) return stepOver(position);
  throw answer;
}
