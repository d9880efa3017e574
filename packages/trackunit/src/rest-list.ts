// A list that is paged by number: how to ask for it, and what one page of it holds. Source: Trackunit's REST
// documentation.

import type { ApiRequest } from "./exchange.ts";

/** Which list is read. */
export interface RestList {
  family: string;
  /** Without a query string. */
  path: string;
  /** Default GET. */
  method?: NonNullable<ApiRequest["method"]>;
  /** Besides `page`, `size` and `sort`. */
  query?: Record<string, string>;
  body?: unknown;
  /**
   * A field that never changes, so that items keep their places while pages are read. Left out when the API
   * refuses it.
   */
  sort?: string;
  /**
   * What tells an item of the list apart from the others, to see whether items moved. Default: its `id`. May
   * throw or give undefined: the item is then known by everything it holds, and has moved for the reader when
   * it changed.
   */
  idOf?: (item: never) => string | undefined;
}

/** What to ask for: `page` counts from 0 in pages of `size`. */
export interface PageRequest {
  page: number;
  size: number;
}

/** A page as the API gave it. */
export interface RestPage {
  content: unknown[];
  /** Of the page that was asked for; another one where the API says so. */
  size: number;
  totalPages: number | undefined;
  /** Absent, too, when the API says 0 beside items: it does not count this list. */
  totalElements: number | undefined;
  /** How many items the API says the page has. */
  numberOfElements: number | undefined;
  /** Nothing came that says anything: 204, an empty body, or 404 behind the end. */
  silent: boolean;
}
