// One HTTP request to the API: bounded in time and size, the answer's status turned into an error class.

import { type Dispatcher, request } from "undici";
import {
  ApiAnswerTooLongError,
  ApiForbiddenError,
  ApiNotJsonError,
  ApiRateLimitedError,
  ApiRejectedError,
  ApiUnauthorizedError,
  ApiUnavailableError,
} from "./errors.ts";

export interface ApiRequest {
  /** Which limit it counts towards, for instance `graphql`. */
  family: string;
  method: "GET" | "POST";
  /** Below the API's base URL, with its query string. */
  path: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
}

export interface HttpOptions {
  apiUrl: string;
  dispatcher: Dispatcher;
  /** From sending to the last byte. */
  timeoutMs: number;
  /** Of one answer. */
  bodyLimitBytes: number;
}

/**
 * Sends a request with a token and gives the parsed JSON.
 * @throws ApiError; its message never holds the answer's text.
 */
export async function sendRequest(
  options: HttpOptions,
  { family, method, path, headers, body }: ApiRequest,
  accessToken: string,
  signal: AbortSignal,
): Promise<unknown> {
  const { status, contentType, retryAfter, text } = await exchange(
    options,
    {
      method,
      path,
      headers: {
        accept: "application/json",
        authorization: `Bearer ${accessToken}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
    },
    signal,
  );
  if (status === 401) throw new ApiUnauthorizedError("the API refuses the access token");
  if (status === 403) throw new ApiForbiddenError(`the API forbids ${path.split("?")[0]}`);
  if (status === 429) throw new ApiRateLimitedError(family, retryAfterMs(retryAfter));
  if (status >= 500) throw new ApiUnavailableError(`the API answered ${status}`);
  const json = parseJson(text);
  // A GraphQL error may come with a status of 400: its body says more than the status.
  if (status >= 300 && !(status === 400 && isGraphqlAnswer(json))) throw new ApiRejectedError(status);
  if (json === undefined)
    throw new ApiNotJsonError(`the API answered ${mediaType(contentType)} instead of JSON`);
  return json;
}

async function exchange(
  { apiUrl, dispatcher, timeoutMs, bodyLimitBytes }: HttpOptions,
  message: { method: "GET" | "POST"; path: string; headers: Record<string, string>; body: string | null },
  signal: AbortSignal,
): Promise<{ status: number; contentType: string; retryAfter: string | undefined; text: string }> {
  const { path, ...rest } = message;
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const response = await request(new URL(path, apiUrl), { ...rest, dispatcher, signal: bounded });
    const text = await boundedText(response.body, bodyLimitBytes);
    const header = (name: string) => [response.headers[name]].flat()[0];
    return {
      status: response.statusCode,
      contentType: header("content-type") ?? "",
      retryAfter: header("retry-after"),
      text,
    };
  } catch (cause) {
    if (cause instanceof ApiAnswerTooLongError) throw cause;
    signal.throwIfAborted();
    throw new ApiUnavailableError("the API did not answer", { cause });
  }
}

async function boundedText(body: AsyncIterable<Buffer>, limitBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > limitBytes)
      throw new ApiAnswerTooLongError(`the API's answer is longer than ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3), at most 1 h; undefined when it is absent or unreadable. */
function retryAfterMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), 3_600_000);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isGraphqlAnswer(json: unknown): boolean {
  return typeof json === "object" && json !== null && ("data" in json || "errors" in json);
}

function mediaType(contentType: string): string {
  return /^[\w.+-]+\/[\w.+-]+/.exec(contentType)?.[0] ?? "something without a content type";
}
