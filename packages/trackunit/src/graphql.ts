// Pages of a GraphQL connection. Source: Trackunit's GraphQL documentation; the path needs its last slash.

import { z } from "zod";
import type { Page, PageOptions, TrackunitClient } from "./client.ts";
import {
  ApiRateLimitedError,
  ApiShapeError,
  CursorRepeatsError,
  GraphqlError,
  QueryTooComplexError,
} from "./errors.ts";

const family = "graphql";

const answerShape = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        extensions: z
          .object({ code: z.string().optional(), resetIn: z.coerce.number().optional() })
          .optional(),
      }),
    )
    .optional(),
});
const connectionShape = z.object({
  edges: z.array(z.object({ node: z.unknown() })),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
});
/** Beside any query; `resetIn` in milliseconds. */
const rateLimitShape = z.object({ cost: z.number(), remaining: z.number(), resetIn: z.number() });

/**
 * Reads on from `from`. A page too complex for the API is asked for again at half its size. When the budget that the
 * answer's `rateLimit` tells would not pay for another page, it ends with ApiRateLimitedError before that page.
 */
export async function* graphqlPages(
  send: TrackunitClient["send"],
  { query, connection }: { query: string; connection: string },
  { from, pageSize, signal }: PageOptions,
): AsyncGenerator<Page> {
  const read = new Set<string | null>();
  let cursor = from;
  let first = pageSize;
  for (;;) {
    read.add(cursor);
    const body = { query, variables: { first, after: cursor } };
    const answer = parseAnswer(await send({ family, method: "POST", path: "/api/graphql/", body }, signal));
    if (answer.codes.includes("QUERY_COMPLEXITY_REACHED")) {
      if (first === 1) throw new QueryTooComplexError("the API finds a query for a single item too complex");
      first = Math.ceil(first / 2);
      continue;
    }
    const page = pageOf(answer, connection);
    if (page.nextCursor !== null && read.has(page.nextCursor))
      throw new CursorRepeatsError("the API gave a cursor that was read already");
    yield page;
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
    const budget = rateLimitShape.safeParse(answer.data?.rateLimit).data;
    if (budget !== undefined && budget.remaining < budget.cost)
      throw new ApiRateLimitedError(family, budget.resetIn);
  }
}

interface Answer {
  data: Record<string, unknown> | undefined;
  codes: string[];
}

function parseAnswer(json: unknown): Answer {
  const parsed = answerShape.safeParse(json);
  if (!parsed.success) throw new ApiShapeError("the API's answer is no GraphQL answer");
  const errors = parsed.data.errors ?? [];
  const limited = errors.find((error) => error.extensions?.code === "RATE_LIMITED");
  if (limited !== undefined) throw new ApiRateLimitedError(family, limited.extensions?.resetIn);
  return { data: parsed.data.data ?? undefined, codes: errors.map((error) => error.extensions?.code ?? "") };
}

/** Errors beside data that still hold the connection are errors of single fields, which come as null. */
function pageOf({ data, codes }: Answer, connection: string): Page {
  if (data?.[connection] == null) throw new GraphqlError(codes);
  const parsed = connectionShape.safeParse(data[connection]);
  if (!parsed.success) throw new ApiShapeError(`the API's ${connection} is no connection`);
  const { edges, pageInfo } = parsed.data;
  if (pageInfo.hasNextPage && pageInfo.endCursor == null)
    throw new ApiShapeError(`the API's ${connection} says there is a next page, but not where`);
  return {
    items: edges.map(({ node }) => node),
    nextCursor: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
  };
}
