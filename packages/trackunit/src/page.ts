// A page, and how to ask for pages: the same for every kind of list that the API has.

/** One page of any of the API's lists. */
export interface Page {
  items: unknown[];
  /** Where the next page begins; null after the last. Reading can be resumed from it at any later time. */
  nextCursor: string | null;
  /**
   * Items that the API could not give whole, because of an error of its own. What they lack is unknown, not
   * empty: such an item must neither be written nor be taken for gone. Absent or empty on most pages.
   */
  incomplete?: IncompleteItem[];
  /**
   * Why a pass that holds this page must not prove that a record is gone: the list moved, or ended sooner
   * than it said. Plain words for the operator, no values of the account's data; absent on an undisturbed
   * page.
   */
  disturbed?: string;
}

/** `item` is what came of it, null when nothing did. `reasons` say what is missing; they hold no values. */
export interface IncompleteItem {
  item: unknown;
  reasons: string[];
}

/** Where to begin and when to stop. */
export interface PageOptions {
  /** A cursor that an earlier page gave, null for the first page. */
  from: string | null;
  /** How many items a page should hold; the API may give fewer. */
  pageSize: number;
  signal: AbortSignal;
  /** For a sync that reads what happened in a window of time: from (inclusive) and to (exclusive). */
  window?: { from: Date; to: Date };
}
