// What a GraphQL answer holds: data, errors with their codes and paths, and the budget. Source: Trackunit's
// GraphQL documentation.

import { z } from "zod";

/** Without the last slash the answer is the web application's HTML. */
export const graphqlPath = "/api/graphql/";

/** An answer of the right shape; it may still be all errors. */
export interface GraphqlAnswer {
  /** Undefined when it is null or absent. */
  data: Record<string, unknown> | undefined;
  errors: GraphqlErrorEntry[];
  budget: GraphqlBudget | undefined;
}

/** One error, without its message: that may quote anything. */
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

/** Undefined when it is not a GraphQL answer at all. */
export function readGraphqlAnswer(json: unknown): GraphqlAnswer | undefined {
  const answer = answerShape.safeParse(json).data;
  if (answer === undefined) return undefined;
  const { data, extensions } = answer;
  // `errors` may be null, or one of them without its list; a code may be beside it where there is no data.
  const told = [answer.errors ?? []].flat();
  const errors =
    told.length === 0 && data == null && extensions?.code !== undefined ? [{ extensions }] : told;
  if (data === undefined && errors.length === 0) return undefined;
  const budget = budgetShape.safeParse(data?.rateLimit).data;
  return {
    data: data ?? undefined,
    errors: errors.map(readError),
    budget: budget && { cost: budget.cost, remaining: budget.remaining, resetInMs: budget.resetIn },
  };
}

function readError(error: unknown): GraphqlErrorEntry {
  const { path, extensions, code, resetIn } = errorShape.parse(error);
  return {
    code: extensions?.code ?? code ?? "",
    path: path ?? [],
    resetInMs: extensions?.resetIn ?? resetIn,
  };
}

const code = z
  .string()
  .regex(/^[\w.-]{1,60}$/)
  .optional()
  .catch(undefined);
const resetIn = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,12}$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined);
const extensions = z.object({ code, resetIn }).nullish().catch(undefined);
const answerShape = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.unknown().optional(),
  extensions,
});
const errorShape = z
  .object({
    path: z
      .array(z.union([z.string(), z.number()]))
      .nullish()
      .catch(undefined),
    extensions,
    code,
    resetIn,
  })
  .catch({ path: undefined, extensions: undefined, code: undefined, resetIn: undefined });
/** `resetIn` in milliseconds. */
const budgetShape = z.object({ cost: z.number(), remaining: z.number(), resetIn: z.number() });
