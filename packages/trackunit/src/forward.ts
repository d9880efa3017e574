// A request of the publisher's own code to the API, forwarded as it is with an account's token: streamed both
// ways, within limits and breaker.

import { retryAfterMs } from "@fleetkeeper/http";
import type { InstallationId } from "@fleetkeeper/model";
import { type Dispatcher, request as send } from "undici";
import type { CircuitBreaker } from "./circuit-breaker.ts";
import { ApiPathError, ApiRedirectError, ApiUnavailableError } from "./errors.ts";
import { familyOf, staysBelow } from "./family-of.ts";
import type { RequestFacts } from "./http.ts";
import type { Limiter } from "./limits.ts";

/** What all forwarded requests have in common. Times in milliseconds. */
export interface ForwardOptions {
  apiUrl: string;
  dispatcher: Dispatcher;
  limiter: Limiter;
  breaker: CircuitBreaker;
  /** Until the answer begins, and between two parts of it. Default 60 000. */
  idleMs?: number;
  /** From sending to the last byte. Default 300 000. */
  timeoutMs?: number;
  /** After each request, when its answer has begun, for metrics. Must not throw. */
  onRequest?: (facts: RequestFacts) => void;
}

/** One request of the publisher's own code. */
export interface ForwardedRequest {
  installationId: InstallationId;
  method: Dispatcher.HttpMethod;
  /** Below the API's base URL, as it came, beginning with `/`; with its query. */
  path: string;
  headers: Record<string, string | string[]>;
  /** A stream can be sent once only: there is no second try then. */
  body: Buffer | AsyncIterable<Uint8Array> | null;
  /** `refused`: the API has just answered 401 to this token. */
  getAccessToken: (refused?: string) => Promise<string>;
  signal: AbortSignal;
}

/** The answer as it comes: read its body, or destroy it. */
export type ForwardedAnswer = Pick<Dispatcher.ResponseData, "statusCode" | "headers" | "body">;

const redirects = [301, 302, 303, 307, 308];

/** Resolves when the head of the answer is there. @throws ApiError where there is none. */
export type Forward = ReturnType<typeof createForward>;

/** One for all accounts. */
export function createForward(options: ForwardOptions) {
  const { dispatcher, limiter, breaker, idleMs = 60_000, timeoutMs = 300_000, onRequest } = options;
  const base = new URL(`${options.apiUrl.replace(/\/+$/, "")}/`);

  /**
   * The API's answer, with any status except a redirect, which is not followed. Its body is to be read, or
   * destroyed.
   * @throws ApiError where there is none, and what `getAccessToken` throws.
   */
  return async (request: ForwardedRequest): Promise<ForwardedAnswer> => {
    const { installationId, path, getAccessToken, signal, body } = request;
    const url = urlOf(path);
    const use = { installationId, ...familyOf(url.pathname) };
    let answer: ForwardedAnswer | undefined;
    try {
      await breaker.run(installationId, async () => {
        const token = await getAccessToken();
        await limiter.take(use, signal);
        answer = await exchange(request, url, token, use.family);
        // A request without a valid account uses no account's limit: the second is not counted.
        if (answer.statusCode === 401 && (body === null || Buffer.isBuffer(body))) {
          await answer.body.dump();
          answer = undefined;
          answer = await exchange(request, url, await getAccessToken(token), use.family);
        }
        await heed(answer, use);
        const { statusCode } = answer;
        if (statusCode === 408 || statusCode >= 500)
          throw new ApiUnavailableError(`the API answered ${statusCode}`, { status: statusCode });
      });
    } catch (error) {
      if (answer === undefined || !(error instanceof ApiUnavailableError)) {
        answer?.body.destroy();
        throw error;
      }
    }
    if (answer === undefined) throw new ApiUnavailableError("the API did not answer");
    return answer;
  };

  function urlOf(path: string): URL {
    const end = path.indexOf("?");
    if (!staysBelow(end < 0 ? path : path.slice(0, end)))
      throw new ApiPathError("the path leads out of the API");
    const url = new URL(base.href.slice(0, -1) + path);
    if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname))
      throw new ApiPathError("the path leads out of the API");
    return url;
  }

  async function exchange(
    { method, headers, body, signal }: ForwardedRequest,
    url: URL,
    accessToken: string,
    family: string,
  ): Promise<ForwardedAnswer> {
    const startedAtMs = performance.now();
    const report = (status: RequestFacts["status"]) =>
      onRequest?.({ family, status, durationMs: performance.now() - startedAtMs });
    const sent = body === null || Buffer.isBuffer(body) ? undefined : watched(body);
    const answer = await send(url, {
      method,
      headers: { ...headers, authorization: `Bearer ${accessToken}` },
      body: (sent?.parts ?? body) as Buffer | null,
      dispatcher,
      idempotent: method === "GET" || method === "HEAD",
      headersTimeout: idleMs,
      bodyTimeout: idleMs,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    }).catch((cause: unknown) => {
      report("none");
      signal.throwIfAborted();
      // The caller's body broke off: that says nothing about the API.
      if (sent?.error !== undefined) throw sent.error;
      throw new ApiUnavailableError("the API did not answer", { cause });
    });
    const { statusCode } = answer;
    report(statusCode);
    const isStatus = statusCode <= 599;
    if (isStatus && !redirects.includes(statusCode)) return answer;
    answer.body.destroy();
    if (!isStatus) throw new ApiUnavailableError("the API's answer has no valid status");
    throw new ApiRedirectError(`the API answered with a redirect (${statusCode}), which is not followed`);
  }

  /** A refusal that names its end is a limit: the syncs keep to it, too. Only a courtesy. */
  async function heed(
    { statusCode, headers }: ForwardedAnswer,
    use: Parameters<Limiter["close"]>[0],
  ): Promise<void> {
    const header = (name: string) => [headers[name]].flat()[0];
    const forMs = retryAfterMs(header("retry-after"), header("date"));
    if (statusCode >= 400 && statusCode < 500 && forMs !== undefined)
      await limiter.close(use, forMs).catch(() => undefined);
  }
}

/** The same parts, and the error that ended them. */
function watched(parts: AsyncIterable<Uint8Array>) {
  const watch: { parts: AsyncIterable<Uint8Array>; error?: unknown } = { parts: read() };
  return watch;

  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      yield* parts;
    } catch (error) {
      watch.error = error;
      throw error;
    }
  }
}
