// The faults that can be asked for, and what each of them takes.

/** Each of them happens to the answer of a request that matches. */
export const faultKinds = {
  delay: "waits `delayMs`, then answers as usual",
  status: "answers `status` (default 500) with `body` or the documented error",
  forbidden: "answers 403, as when a scope is missing or an item is not visible to the account",
  "rate-limit": "answers 429, with `Retry-After` only if `retryAfterS` is given",
  redirect: "answers `status` (default 302) to another host",
  "graphql-rate-limit": "answers the GraphQL error RATE_LIMITED with `cost` and `resetInMs`",
  html: "answers the web application's HTML with status 200",
  "invalid-json": "answers 200 and JSON that breaks off",
  cut: "closes the connection without an answer",
  "cut-body": "closes the connection in the middle of the body",
  hang: "sends half of the body and then nothing more",
  "idle-close": "keeps the connection, and closes it when the next request is on it",
  gzip: "the body is compressed with gzip",
  br: "the body is compressed with Brotli",
  deflate: "the body is compressed with zlib's deflate",
  "raw-deflate": "the body is compressed with deflate without zlib's header, and says deflate",
  zstd: "the body is compressed with Zstandard",
  "unknown-encoding": "the body says that it has the content encoding compress, which was not requested",
  "false-encoding": "the body says gzip but is not",
  "gzip-bomb": "a body of some kilobytes that is 100 MB of blanks once it is decoded",
  bom: "the body begins with a byte order mark",
  "repeat-cursor": "a page returns the requested cursor as the next one",
  endless: "every page says that another one follows",
  "bad-record":
    "one record (`itemId`, else the page's first) has a number for a name and text for coordinates",
  "partial-data":
    "GraphQL: one record (`itemId`, else the page's first) is null, with an error beside the data",
  "no-content": "answers 204 without a body",
  "empty-body": "answers 200 without a body",
  "empty-page": "a page holds no items; all else is as usual",
  "null-list": "a page's list is null, as some servers write an empty list",
  "early-end":
    "a page says that it is the last one, against its totals; in a numbered list it holds one item",
  "no-totals": "a page has no totals, next cursor or links",
  "null-errors": "GraphQL: `errors` is null beside the data, and there are `extensions`",
  "empty-errors": "GraphQL: `errors` is an empty list beside the data",
  "one-error": "GraphQL: complete data with an error that names no field",
  "error-object": "GraphQL: `errors` is one error instead of a list, and there is no data",
  "null-data": "GraphQL: `data` is null beside the error",
  "top-extensions": "GraphQL: RATE_LIMITED is in the answer's own `extensions`, and there are no errors",
  "null-connection": "GraphQL: the connection is null, without an error",
  "one-object": "AEMP: a list of one item is that item instead of a list",
  "wrapped-fleet": "AEMP: the page is in a field `Fleet`",
  "other-capitals": "AEMP: names are in another case",
  "number-for-text": "AEMP: each serial number is a number",
  "relative-next": "AEMP: the link to the next page is relative",
  "foreign-next": "AEMP: the link to the next page has another host",
  "same-next": "AEMP: the link to the next page is that of this page",
  "exact-numbers": "the page's first record has an integer and a decimal that a double cannot hold",
  "lone-surrogate": "the id of the page's first record ends in half of a surrogate pair",
  "twin-ids":
    "the five records after a page's first have ids that differ by case, a blank at the end, or Unicode's normal form",
  "zero-in-name": "the page's first record has a field whose name holds a zero character",
  "reserved-name": "the page's first record has a field `_bsontype`, which MongoDB's driver keeps for itself",
  "deep-record": "the page's first record is nested 20 000 levels deep",
  "large-record": "the page's first record has 8 MiB of text",
  "heavy-page": "each record has an outline of 20 000 small numbers, few bytes in JSON and many in BSON",
  created: "the answer's status is 201 in place of 200",
  "no-lifetime": "token: no `expires_in`",
  "null-lifetime": "token: `expires_in` is null",
  "zero-lifetime": "token: `expires_in` is 0",
  "huge-lifetime": "token: `expires_in` is 1e15",
  "no-scope": "token: no `scope`",
  "null-scope": "token: `scope` is null",
  "list-scope": "token: `scope` is a list",
  "control-characters": "token: `access_token` holds a line break",
  "key-twice": "key set: each key is there twice",
  "same-kid": "key set: before each key another one with the same `kid`",
  "null-members": "key set: each optional member is null",
  "no-kid": "key set: no key has a `kid`",
  "odd-keys": "key set: around the keys are symmetric, short and unknown ones, and values that are not keys",
  "unreadable-keys": "key set: each key is of an unknown kind",
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
  /**
   * A bare id: only the request for this item is met; for bad-record and partial-data, the record in a page.
   */
  itemId?: string | undefined;
  /** Default 1000. */
  delayMs?: number | undefined;
  status?: number | undefined;
  body?: unknown;
  /** With status, forbidden and rate-limit: `Retry-After`. */
  retryAfterS?: number | undefined;
  /** `Retry-After` is that instant, as a date. */
  retryAfterAsDate?: boolean | undefined;
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
