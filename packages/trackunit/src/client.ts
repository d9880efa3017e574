// What a sync reads through: the API as one installation sees it.

import type { AempList } from "./aemp-pages.ts";
import type { ApiRequest, Send } from "./exchange.ts";
import type { GraphqlConnection } from "./graphql-pages.ts";
import type { Page, PageOptions } from "./page.ts";
import type { RestCursorList } from "./rest-cursor-pages.ts";
import type { RestList } from "./rest-list.ts";
import type { MaybeItem } from "./send-for-item.ts";

/**
 * The API as one installation sees it. Every call is bounded in time and size, and throws an ApiError whose
 * class and `code` tell the cause. The next page is asked for when the caller takes it.
 */
export interface TrackunitClient {
  /** Any request; gives the answer's JSON. */
  send: Send;
  /**
   * A request for one thing, where 403 means that this one is not visible: the caller skips it and continues.
   */
  sendForItem(request: ApiRequest, signal: AbortSignal): Promise<MaybeItem>;
  /** Pages by number: `page`, `size`, `sort`. */
  restPages(list: RestList, options: PageOptions): AsyncIterable<Page>;
  /** Pages by cursor: `limit`, `after`. */
  restCursorPages(list: RestCursorList, options: PageOptions): AsyncIterable<Page>;
  /** Pages of a Relay connection at the top of a query. */
  graphqlPages(query: GraphqlConnection, options: PageOptions): AsyncIterable<Page>;
  /** Pages of an AEMP 2.0 (ISO 15143-3) fleet, which have 100 items for any `pageSize`. */
  aempPages(list: AempList, options: PageOptions): AsyncIterable<Page>;
}
