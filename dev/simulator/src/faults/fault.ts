// The faults that can be asked for, and what each of them takes.

/** Each of them happens to the answer of a request that matches. */
export const faultKinds = {
  delay: "waits `delayMs`, then answers as usual",
  status: "answers `status` (default 500) with `body` or the documented error",
  forbidden: "answers 403, as when a scope is missing or an item is not visible to the account",
  "rate-limit": "answers 429, with `Retry-After` only if `retryAfterS` is given",
  "graphql-rate-limit": "answers the GraphQL error RATE_LIMITED with `cost` and `resetInMs`",
  html: "answers the web application's HTML with status 200",
  "invalid-json": "answers 200 and JSON that breaks off",
  cut: "closes the connection without an answer",
  "cut-body": "closes the connection in the middle of the body",
  hang: "sends half of the body and then nothing more",
  "repeat-cursor": "a page names the cursor it was asked for as the next one",
  endless: "every page says that there is one more",
  "bad-record":
    "one record (`itemId`, else the page's first) has a number for a name and text for coordinates",
  "partial-data":
    "GraphQL: one record (`itemId`, else the page's first) is null, with an error beside the data",
  "no-content": "answers 204 without a body",
  "empty-body": "answers 200 without a body",
  "empty-page": "a page holds no items, and says everything else as usual",
  "early-end":
    "a page says that it is the last one, whatever totals say; one of a numbered list holds one item",
  "no-totals": "a page says nothing of totals, of the next cursor or of links",
  "null-errors": "GraphQL: `errors` is null beside the data, and there are `extensions`",
  "null-connection": "GraphQL: the connection is null, without an error",
  "one-object": "AEMP: a list of one comes as that one",
  "other-capitals": "AEMP: names have other capital letters",
  "number-for-text": "AEMP: each serial number is a number",
  "relative-next": "AEMP: the link to the next page is relative",
  "foreign-next": "AEMP: the link to the next page has another host",
  "same-next": "AEMP: the link to the next page is that of this page",
  "exact-numbers": "the page's first record has an integer and a decimal that a double does not hold",
  "lone-surrogate": "the id of the page's first record ends in half of a surrogate pair",
} as const;

export type FaultKind = keyof typeof faultKinds;

export interface FaultSpec {
  kind: FaultKind;
  /** An operation such as `rest.assets`, or a family such as `rest`. Default: every operation. */
  operation?: string | undefined;
  /** Default: every account, and requests of none. */
  accountId?: string | undefined;
  /** The fault ends after this many requests. Default: when it is cleared. */
  times?: number | undefined;
  /** A bare id: only the request for this item is met; for bad-record and partial-data, the record in a page. */
  itemId?: string | undefined;
  /** Default 1000. */
  delayMs?: number | undefined;
  status?: number | undefined;
  body?: unknown;
  retryAfterS?: number | undefined;
  /** Default 1000. */
  resetInMs?: number | undefined;
  /** Default 100. */
  cost?: number | undefined;
}

/** A fault that is waiting for requests. */
export interface ActiveFault extends FaultSpec {
  id: string;
  /** How many requests it met so far. */
  met: number;
}
