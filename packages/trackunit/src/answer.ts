// What an answer means: its JSON, or the error that its status, its body or its not being JSON stands for.

import { boundedWaitMs, type OutboundAnswer } from "@fleetkeeper/http";
import { parseExactJson } from "@fleetkeeper/model";
import { z } from "zod";
import {
  ApiForbiddenError,
  ApiNotJsonError,
  ApiRateLimitedError,
  ApiRejectedError,
  ApiUnauthorizedError,
  ApiUnavailableError,
} from "./errors.ts";
import type { ApiRequest, ReadAnswer } from "./exchange.ts";
import { graphqlPath, readGraphqlAnswer } from "./graphql-answer.ts";

/** @throws ApiError; its message never holds the answer's text. */
export function readAnswer({ family, path, method = "GET" }: ApiRequest, answer: OutboundAnswer): ReadAnswer {
  const { status, retryAfterMs } = answer;
  const json = parseJson(answer.text);
  // Without the query, which may hold names of the customer's.
  const request = `${method} ${path.split("?")[0]}`;
  // The HTTP status of a GraphQL error is undocumented: what its body says comes first.
  const graphql = path === graphqlPath ? readGraphqlAnswer(json) : undefined;
  const says = (code: string) => graphql?.errors.find((error) => error.code === code);

  if (status === 401 || (says("UNAUTHENTICATED") && graphql?.data === undefined))
    throw new ApiUnauthorizedError(`the API refuses the access token at ${request}`);
  const limited = says("RATE_LIMITED");
  if (limited) throw new ApiRateLimitedError(family, boundedWaitMs(limited.resetInMs) ?? retryAfterMs);
  if (status === 408 || status >= 500)
    throw new ApiUnavailableError(`the API answered ${request} with ${status}`, { status, retryAfterMs });
  // A refusal that names its end is a limit, with any status: a missing scope does not come back
  // automatically.
  if (status === 429 || (status >= 400 && retryAfterMs !== undefined))
    throw new ApiRateLimitedError(family, retryAfterMs);
  if (status === 403) throw new ApiForbiddenError(`the API forbids ${request}`);
  if (status >= 300 && graphql === undefined)
    throw new ApiRejectedError(request, status, objectedFields(json));
  // 204, or a success without a body: what that means is its reader's to say.
  if (answer.text.trim() === "" && path !== graphqlPath) return { json: undefined };
  if (json === undefined)
    throw new ApiNotJsonError(
      `the API answered ${request} with ${mediaType(answer.contentType)} instead of JSON`,
    );
  return { json, ...(graphql === undefined ? {} : { graphql }) };
}

function parseJson(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

const refusalShape = z.object({
  violations: z.array(
    z.object({
      field: z
        .string()
        .regex(/^[\w.[\]-]{1,60}$/)
        .catch("?"),
    }),
  ),
});

/**
 * Trackunit's REST error: `{status, code, message, violations[{field, message}]}`. Only names are taken, no
 * text.
 */
function objectedFields(json: unknown): string[] {
  const { violations = [] } = refusalShape.safeParse(json).data ?? {};
  return violations.slice(0, 10).map(({ field }) => field);
}

function mediaType(contentType: string): string {
  return /^[\w.+-]+\/[\w.+-]+/.exec(contentType)?.[0] ?? "something without a content type";
}
