// Pages of a GraphQL connection. Source: Trackunit's GraphQL documentation and the Relay cursor connections
// specification.

import type { BoundedMap } from "@fleetkeeper/model";
import { z } from "zod";
import {
  ApiAnswerTooLongError,
  ApiForbiddenError,
  ApiRateLimitedError,
  ApiShapeError,
  CursorRepeatsError,
  GraphqlError,
  QueryTooComplexError,
} from "./errors.ts";
import type { Ask } from "./exchange.ts";
import { type GraphqlAnswer, graphqlPath } from "./graphql-answer.ts";
import { isDenial, partItems } from "./graphql-items.ts";
import type { Page, PageOptions } from "./page.ts";

/** The family of the documented limit on GraphQL. */
export const graphqlFamily = "graphql";

/** Which connection is read, and how. */
export interface GraphqlConnection {
  /**
   * Takes the variables `first` and `after`. Asked with `rateLimit { cost remaining resetIn }`, it ends
   * before the limit does.
   */
  query: string;
  /** Name of the connection at the top of the answer. */
  connection: string;
  /** Others than `first` and `after`. */
  variables?: Record<string, unknown>;
  /** For instance `TU-PREVIEW` for preview fields. */
  headers?: Record<string, string>;
}

/**
 * Reads on from `from`. A page too complex or too long is requested again at half its size, and `affordable`
 * keeps the size that a query can have. When the budget in the answer's `rateLimit` would not pay for another
 * page, it ends with ApiRateLimitedError before that page.
 *
 * A page is `disturbed` when it holds an error that is about none of its items, or a place without an item
 * that no error explains, or when the list ends before as many items as it counts, or counts others than on
 * the page before.
 */
export async function* graphqlPages(
  ask: Ask,
  affordable: BoundedMap<string, number>,
  { query, connection, variables, headers = {} }: GraphqlConnection,
  { from, pageSize, signal }: PageOptions,
): AsyncGenerator<Page> {
  const read = new Set<string | null>();
  let { after, seen, before }: Place = from === null ? { after: null, seen: 0, before: 0 } : placeOf(from);
  let first = Math.min(pageSize, affordable.get(query) ?? pageSize);
  for (;;) {
    read.add(after);
    const body = { query, variables: { ...variables, first, after } };
    const answer = await askPage(
      () => ask({ family: graphqlFamily, method: "POST", path: graphqlPath, headers, body }, signal),
      first,
    );
    if (answer === "too long" || answer === "too complex") {
      first = Math.ceil(first / 2);
      if (answer === "too complex") affordable.set(query, first);
      continue;
    }
    const { next, places, counted, ...page } = pageOf(answer, connection);
    seen += places;
    if (next === null && counted > seen)
      page.disturbed ??= "the list ended before as many items as it counts";
    // Where the API counts a page's own items, the count is their number. A cursor may be a position in
    // disguise.
    if (before > 0 && counted !== before && counted !== places)
      page.disturbed ??= "the number of items changed while the list was read";
    if (next !== null && places === 0)
      page.disturbed ??= "a page of the list was empty, yet another one follows";
    if (next !== null && read.has(next))
      throw new CursorRepeatsError("the API gave a cursor that was already read");
    yield { ...page, nextCursor: next === null ? null : `seen=${seen}&count=${counted}&after=${next}` };
    if (next === null) return;
    after = next;
    before = counted;
    const { budget } = answer;
    if (budget !== undefined && budget.remaining < budget.cost)
      throw new ApiRateLimitedError(graphqlFamily, budget.resetInMs);
  }
}

/** More than any list holds. */
const uncounted = 1_000_000_000;

/** The API's cursor, how many items came before it, and how many the page before counted, or 0. */
interface Place {
  after: string | null;
  seen: number;
  before: number;
}

/** A cursor without numbers comes from a version that did not count. */
function placeOf(cursor: string): Place {
  const [, seen, before = 0, after] =
    /^seen=(\d{1,12})&(?:count=(\d{1,12})&)?after=(.*)$/s.exec(cursor) ?? [];
  if (seen === undefined || after === undefined) return { after: cursor, seen: uncounted, before: 0 };
  return { after, seen: Number(seen), before: Number(before) };
}

async function askPage(
  ask: () => Promise<{ graphql?: GraphqlAnswer }>,
  first: number,
): Promise<GraphqlAnswer | "too long" | "too complex"> {
  try {
    const { graphql } = await ask();
    if (graphql === undefined) throw new ApiShapeError("the API's answer is not a GraphQL answer");
    if (!graphql.errors.some(({ code }) => code === "QUERY_COMPLEXITY_REACHED")) return graphql;
    if (first > 1) return "too complex";
    throw new QueryTooComplexError("the API finds a query for a single item too complex");
  } catch (error) {
    if (error instanceof ApiAnswerTooLongError && first > 1) return "too long";
    throw error;
  }
}

/**
 * What `count` counts is undocumented: a page's items or the list's. Either is no more than what was read at
 * the end.
 */
const count = z.number().int().nonnegative().max(uncounted).catch(0);
const connectionShape = z.object({
  edges: z.array(z.object({ node: z.unknown().optional() }).nullable()).nullable(),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish(), count }),
  totalCount: count,
});

interface ConnectionPage extends Omit<Page, "nextCursor"> {
  next: string | null;
  /** How many items or places for one the page has. */
  places: number;
  counted: number;
}

function pageOf({ data, errors }: GraphqlAnswer, connection: string): ConnectionPage {
  if (data?.[connection] == null) {
    if (errors.length > 0 && errors.every(isDenial))
      throw new ApiForbiddenError(`the API forbids ${connection}`);
    throw new GraphqlError(errors.map(({ code }) => code).filter(Boolean));
  }
  const parsed = connectionShape.safeParse(data[connection]);
  if (!parsed.success && errors.length > 0)
    throw new GraphqlError(errors.map(({ code }) => code).filter(Boolean));
  if (!parsed.success) throw new ApiShapeError(`the API's ${connection} is not a connection`);
  const { edges, pageInfo, totalCount } = parsed.data;
  if (pageInfo.hasNextPage && !pageInfo.endCursor)
    throw new ApiShapeError(`the API's ${connection} says there is a next page, but not where`);
  // Some servers mean an empty list by null; it is none that proves anything.
  if (edges === null && (errors.length > 0 || pageInfo.hasNextPage))
    throw new ApiShapeError(`the API's ${connection} is a page without its items`);
  const nodes = (edges ?? []).map((edge) => edge?.node ?? null);
  return {
    ...(edges === null ? { disturbed: "the list is null instead of empty" } : {}),
    ...partItems(connection, nodes, errors),
    next: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
    places: nodes.length,
    counted: Math.max(pageInfo.count, totalCount),
  };
}
