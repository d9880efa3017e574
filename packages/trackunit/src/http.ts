// One HTTP request to the API: bounded in time and size, the answer's status turned into an error class.

import {
  AnswerEncodingError,
  AnswerTooLongError,
  NoAnswerError,
  type OutboundAnswer,
  RedirectError,
  sendOutbound,
} from "@fleetkeeper/http";
import type { Dispatcher } from "undici";
import { readAnswer } from "./answer.ts";
import {
  ApiAnswerTooLongError,
  ApiEncodingError,
  ApiPathError,
  ApiRedirectError,
  ApiUnavailableError,
} from "./errors.ts";
import type { ApiRequest, ReadAnswer } from "./exchange.ts";
import { graphqlPath } from "./graphql-answer.ts";

/** What all requests have in common. Bounds in bytes and milliseconds. */
export interface HttpOptions {
  /** May have a path of its own, as behind a gateway. */
  apiUrl: string;
  dispatcher: Dispatcher;
  /** From sending to the last byte. */
  timeoutMs: number;
  /** Of one answer. */
  bodyLimitBytes: number;
  /** After each request, for metrics. Must not throw. */
  onRequest?: ((facts: RequestFacts) => void) | undefined;
}

/** What metrics get of one request. */
export interface RequestFacts {
  family: string;
  /** `none` where no whole answer came. */
  status: number | "none";
  durationMs: number;
}

/** What a run's timeline gets of one request. */
export interface SentRequest extends RequestFacts {
  method: string;
  path: string;
  /** 2: again with another token. */
  attempt: number;
  /** For a limit, before it was sent. */
  waitedMs: number;
}

/**
 * Sends a request with a token and reads its answer.
 * @throws ApiError; its message never holds the answer's text. The signal's reason, when that ended it.
 */
export async function sendRequest(
  options: HttpOptions,
  request: ApiRequest,
  accessToken: string,
  signal: AbortSignal,
): Promise<ReadAnswer> {
  return readAnswer(request, await exchange(options, request, accessToken, signal));
}

async function exchange(
  { apiUrl, dispatcher, timeoutMs, bodyLimitBytes, onRequest }: HttpOptions,
  request: ApiRequest,
  accessToken: string,
  signal: AbortSignal,
): Promise<OutboundAnswer> {
  const { family, method = "GET", path, query, headers, body } = request;
  signal.throwIfAborted();
  if (!path.startsWith("/")) throw new ApiPathError("the request's path does not begin with /");
  const startedAtMs = performance.now();
  const report = (status: RequestFacts["status"]) =>
    onRequest?.({ family, status, durationMs: performance.now() - startedAtMs });
  try {
    const answer = await sendOutbound(dispatcher, {
      url: apiUrl.replace(/\/+$/, "") + withQuery(path, query),
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
        authorization: `Bearer ${accessToken}`,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs,
      bodyLimitBytes,
      repeatable: request.readOnly ?? isRead(method, path, body),
      signal,
    });
    report(answer.status);
    return answer;
  } catch (error) {
    report(error instanceof RedirectError ? error.status : "none");
    throw errorOf(error);
  }
}

/** A GraphQL query only reads, as HTTP's GET does; a mutation does not. */
function isRead(method: string, path: string, body: unknown): boolean {
  if (method === "GET") return true;
  const query = (body as { query?: unknown } | undefined)?.query;
  return path === graphqlPath && typeof query === "string" && !/\b(mutation|subscription)\b/.test(query);
}

function errorOf(error: unknown): unknown {
  if (error instanceof AnswerTooLongError) return new ApiAnswerTooLongError(error.message, { cause: error });
  if (error instanceof RedirectError)
    return new ApiRedirectError(`${error.message}; TRACKUNIT_API_URL may need another address`, {
      cause: error,
    });
  if (error instanceof AnswerEncodingError) return new ApiEncodingError(error.message, { cause: error });
  if (error instanceof NoAnswerError)
    return new ApiUnavailableError("the API did not answer", { cause: error.cause });
  return error;
}

function withQuery(path: string, query: ApiRequest["query"]): string {
  if (query === undefined) return path;
  return `${path}${path.includes("?") ? "&" : "?"}${new URLSearchParams(query)}`;
}
