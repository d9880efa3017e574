// What a sync reads through: the API as one installation sees it.

import type { ApiRequest } from "./http.ts";

/** One page of any of the API's lists. */
export interface Page {
  items: unknown[];
  /** Where the next page begins; null after the last. */
  nextCursor: string | null;
}

/** Where to begin and when to stop. `from` is a cursor that an earlier page gave, null for the first page. */
export interface PageOptions {
  from: string | null;
  pageSize: number;
  signal: AbortSignal;
  /** For a sync that reads what happened in a window of time: from (inclusive) and to (exclusive). */
  window?: { from: Date; to: Date };
}

/** What a sync reads through. */
export interface TrackunitClient {
  /** @throws ApiError */
  send(request: ApiRequest, signal: AbortSignal): Promise<unknown>;
  /** Pages of a Relay connection at the top of `query`, which takes the variables `first` and `after`. */
  graphqlPages(query: { query: string; connection: string }, options: PageOptions): AsyncIterable<Page>;
}
