// Pages of a GraphQL connection. Source: Trackunit's GraphQL documentation and the Relay cursor connections specification.

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
import type { Send } from "./exchange.ts";
import { type GraphqlAnswer, graphqlPath, readGraphqlAnswer } from "./graphql-answer.ts";
import { isDenial, partItems } from "./graphql-items.ts";
import type { Page, PageOptions } from "./page.ts";

export const graphqlFamily = "graphql";

export interface GraphqlConnection {
  /** Takes the variables `first` and `after`. Asked with `rateLimit { cost remaining resetIn }`, it ends before the limit does. */
  query: string;
  /** Name of the connection at the top of the answer. */
  connection: string;
  /** Others than `first` and `after`. */
  variables?: Record<string, unknown>;
  /** For instance `TU-PREVIEW` for preview fields. */
  headers?: Record<string, string>;
}

/**
 * Reads on from `from`. A page too complex or too long is asked for again at half its size, and `affordable` keeps the size
 * that a query can have. When the budget in the answer's `rateLimit` would not pay for another page, it ends with
 * ApiRateLimitedError before that page.
 */
export async function* graphqlPages(
  send: Send,
  affordable: Map<string, number>,
  { query, connection, variables, headers = {} }: GraphqlConnection,
  { from, pageSize, signal }: PageOptions,
): AsyncGenerator<Page> {
  const read = new Set<string | null>();
  let cursor = from;
  let first = Math.min(pageSize, affordable.get(query) ?? pageSize);
  for (;;) {
    read.add(cursor);
    const body = { query, variables: { ...variables, first, after: cursor } };
    const answer = await ask(
      () => send({ family: graphqlFamily, method: "POST", path: graphqlPath, headers, body }, signal),
      first,
    );
    if (answer === "too long" || answer === "too complex") {
      first = Math.ceil(first / 2);
      if (answer === "too complex") remember(affordable, query, first);
      continue;
    }
    const page = pageOf(answer, connection);
    if (page.nextCursor !== null && read.has(page.nextCursor))
      throw new CursorRepeatsError("the API gave a cursor that was read already");
    yield page;
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
    const { budget } = answer;
    if (budget !== undefined && budget.remaining < budget.cost)
      throw new ApiRateLimitedError(graphqlFamily, budget.resetInMs);
  }
}

/** Queries are few, unless somebody writes values into them. */
const mostQueries = 1_000;

function remember(affordable: Map<string, number>, query: string, first: number): void {
  if (affordable.size >= mostQueries) affordable.clear();
  affordable.set(query, first);
}

async function ask(
  send: () => Promise<unknown>,
  first: number,
): Promise<GraphqlAnswer | "too long" | "too complex"> {
  try {
    const answer = readGraphqlAnswer(await send());
    if (answer === undefined) throw new ApiShapeError("the API's answer is no GraphQL answer");
    if (!answer.errors.some(({ code }) => code === "QUERY_COMPLEXITY_REACHED")) return answer;
    if (first > 1) return "too complex";
    throw new QueryTooComplexError("the API finds a query for a single item too complex");
  } catch (error) {
    if (error instanceof ApiAnswerTooLongError && first > 1) return "too long";
    throw error;
  }
}

const connectionShape = z.object({
  edges: z.array(z.object({ node: z.unknown() }).nullable()),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
});

function pageOf({ data, errors }: GraphqlAnswer, connection: string): Page {
  if (data?.[connection] == null) {
    if (errors.length > 0 && errors.every(isDenial))
      throw new ApiForbiddenError(`the API forbids ${connection}`);
    throw new GraphqlError(errors.map(({ code }) => code).filter(Boolean));
  }
  const parsed = connectionShape.safeParse(data[connection]);
  if (!parsed.success) throw new ApiShapeError(`the API's ${connection} is no connection`);
  const { edges, pageInfo } = parsed.data;
  if (pageInfo.hasNextPage && pageInfo.endCursor == null)
    throw new ApiShapeError(`the API's ${connection} says there is a next page, but not where`);
  const nodes = edges.map((edge) => edge?.node ?? null);
  const nextCursor = pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
  return { ...partItems(connection, nodes, errors), nextCursor };
}
