// What an answer means: its JSON, or the error that its status, its body or its not being JSON stands for.

import { z } from "zod";
import {
  ApiForbiddenError,
  ApiNotJsonError,
  ApiRateLimitedError,
  ApiRejectedError,
  ApiUnauthorizedError,
  ApiUnavailableError,
} from "./errors.ts";
import type { Answer, ApiRequest, ReadAnswer } from "./exchange.ts";
import { graphqlPath, readGraphqlAnswer } from "./graphql-answer.ts";

/** A wait that the API asks for is taken to be within these. */
const shortestWaitMs = 1_000;
const longestWaitMs = 3_600_000;

/** @throws ApiError; its message never holds the answer's text. */
export function readAnswer({ family, path }: ApiRequest, answer: Answer): ReadAnswer {
  const { status, retryAfter } = answer;
  const json = parseJson(answer.text);
  // The HTTP status of a GraphQL error is documented nowhere: what its body says comes first.
  const graphql = path === graphqlPath ? readGraphqlAnswer(json) : undefined;
  const says = (code: string) => graphql?.errors.find((error) => error.code === code);

  if (status === 401 || (says("UNAUTHENTICATED") && graphql?.data === undefined))
    throw new ApiUnauthorizedError("the API refuses the access token");
  if (status === 403) throw new ApiForbiddenError(`the API forbids ${path.split("?")[0]}`);
  const limited = says("RATE_LIMITED");
  if (status === 429 || limited)
    throw new ApiRateLimitedError(family, boundedWaitMs(limited?.resetInMs ?? retryAfterMs(retryAfter)));
  if (status === 408 || status >= 500)
    throw new ApiUnavailableError(`the API answered ${status}`, { status });
  if (status >= 300 && graphql === undefined) throw new ApiRejectedError(status, objectedFields(json));
  // 204, or a success without a body: what that means is its reader's to say.
  if (answer.text.trim() === "" && path !== graphqlPath) return { json: undefined };
  if (json === undefined)
    throw new ApiNotJsonError(`the API answered ${mediaType(answer.contentType)} instead of JSON`);
  return { json, ...(graphql === undefined ? {} : { graphql }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3); undefined when it is absent or unreadable. */
function retryAfterMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1_000;
  return /^[A-Z]/i.test(value) ? Date.parse(value) - Date.now() : undefined;
}

function boundedWaitMs(ms: number | undefined): number | undefined {
  if (ms === undefined || Number.isNaN(ms)) return undefined;
  return Math.min(Math.max(ms, shortestWaitMs), longestWaitMs);
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

/** Trackunit's REST error: `{status, code, message, violations[{field, message}]}`. Only names are taken, no text. */
function objectedFields(json: unknown): string[] {
  const { violations = [] } = refusalShape.safeParse(json).data ?? {};
  return violations.slice(0, 10).map(({ field }) => field);
}

function mediaType(contentType: string): string {
  return /^[\w.+-]+\/[\w.+-]+/.exec(contentType)?.[0] ?? "something without a content type";
}
