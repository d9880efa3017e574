// What a GraphQL answer holds: data, errors with their codes and paths, and the budget. Source: Trackunit's GraphQL documentation.

import { z } from "zod";

/** Without the last slash the answer is the web application's HTML. */
export const graphqlPath = "/api/graphql/";

export interface GraphqlAnswer {
  /** Undefined when it is null or absent. */
  data: Record<string, unknown> | undefined;
  errors: GraphqlErrorEntry[];
  budget: GraphqlBudget | undefined;
}

export interface GraphqlErrorEntry {
  /** `extensions.code`; empty when there is none. */
  code: string;
  /** From the top of `data` to the field that failed; empty when the error does not say. */
  path: (string | number)[];
  resetInMs: number | undefined;
}

/** `rateLimit`, which can be asked for beside any query: what this query cost and what may still be spent. */
export interface GraphqlBudget {
  cost: number;
  remaining: number;
  resetInMs: number;
}

/** Undefined when it is no GraphQL answer at all. */
export function readGraphqlAnswer(json: unknown): GraphqlAnswer | undefined {
  const answer = answerShape.safeParse(json).data;
  if (answer === undefined || (answer.data === undefined && answer.errors === undefined)) return undefined;
  const budget = budgetShape.safeParse(answer.data?.rateLimit).data;
  return {
    data: answer.data ?? undefined,
    errors: (answer.errors ?? []).map(({ path, extensions }) => ({
      code: extensions?.code ?? "",
      path: path ?? [],
      resetInMs: extensions?.resetIn,
    })),
    budget: budget && { cost: budget.cost, remaining: budget.remaining, resetInMs: budget.resetIn },
  };
}

const answerShape = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        path: z
          .array(z.union([z.string(), z.number()]))
          .nullish()
          .catch(undefined),
        extensions: z
          .object({
            code: z
              .string()
              .regex(/^[\w.-]{1,60}$/)
              .optional()
              .catch(undefined),
            resetIn: z.number().optional().catch(undefined),
          })
          .nullish()
          .catch(undefined),
      }),
    )
    .optional(),
});
/** `resetIn` in milliseconds. */
const budgetShape = z.object({ cost: z.number(), remaining: z.number(), resetIn: z.number() });
