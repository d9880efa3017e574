// One HTTP request to the API: bounded in time and size, the answer's status turned into an error class.

import { type Dispatcher, request } from "undici";
import { readAnswer } from "./answer.ts";
import { ApiAnswerTooLongError, ApiPathError, ApiUnavailableError } from "./errors.ts";
import type { Answer, ApiRequest, ReadAnswer } from "./exchange.ts";

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

export interface RequestFacts {
  family: string;
  /** `none` where no whole answer came. */
  status: number | "none";
  durationMs: number;
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
  { family, method = "GET", path, query, headers, body }: ApiRequest,
  accessToken: string,
  signal: AbortSignal,
): Promise<Answer> {
  signal.throwIfAborted();
  if (!path.startsWith("/")) throw new ApiPathError("the request's path does not begin with /");
  const startedAtMs = performance.now();
  const report = (status: RequestFacts["status"]) =>
    onRequest?.({ family, status, durationMs: performance.now() - startedAtMs });
  try {
    const response = await request(apiUrl.replace(/\/+$/, "") + withQuery(path, query), {
      method,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
        authorization: `Bearer ${accessToken}`,
      },
      body: body === undefined ? null : JSON.stringify(body),
      dispatcher,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const header = (name: string) => [response.headers[name]].flat()[0];
    const text = await boundedText(response.body, bodyLimitBytes);
    report(response.statusCode);
    return {
      status: response.statusCode,
      contentType: header("content-type") ?? "",
      retryAfter: header("retry-after"),
      text,
    };
  } catch (cause) {
    report("none");
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

function withQuery(path: string, query: ApiRequest["query"]): string {
  if (query === undefined) return path;
  return `${path}${path.includes("?") ? "&" : "?"}${new URLSearchParams(query)}`;
}
