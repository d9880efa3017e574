// One outbound request: bounded in time and size, decoded, without redirects.

import { type Dispatcher, request } from "undici";
import { acceptedEncodings, decodeBody } from "./content-encoding.ts";
import { AnswerTooLongError, HttpError, NoAnswerError } from "./errors.ts";
import { isRedirect, refuseRedirect } from "./redirects.ts";
import { retryAfterMs } from "./retry-after.ts";

/** One request. Its bounds are in bytes and milliseconds. */
export interface OutboundRequest {
  url: string;
  /** Default GET. */
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  /** From sending to the last byte. */
  timeoutMs: number;
  /** Of the answer's body, as it comes and decoded. */
  bodyLimitBytes: number;
  /**
   * Whether a second one does no harm, so that it may be sent again when the connection turns out to have
   * been closed. Default: true for GET, false for POST.
   */
  repeatable?: boolean;
  signal?: AbortSignal;
}

/** The whole answer, decoded. */
export interface OutboundAnswer {
  status: number;
  /** Empty when there is none. */
  contentType: string;
  /** What `Retry-After` asks for, between 1 s and 1 h. */
  retryAfterMs: number | undefined;
  /** Decoded, without a byte order mark. */
  text: string;
}

/**
 * Sends a request and reads its whole answer, with any status except a redirect.
 * @throws HttpError; the signal's reason, when that ended it.
 */
export async function sendOutbound(
  dispatcher: Dispatcher,
  outbound: OutboundRequest,
): Promise<OutboundAnswer> {
  const { url, method = "GET", headers, body, timeoutMs, bodyLimitBytes, signal } = outbound;
  signal?.throwIfAborted();
  // Not AbortSignal.timeout: it is kept, with its timer, long after the answer came.
  const end = new AbortController();
  const onAbort = () => end.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  const timer = setTimeout(() => end.abort(), timeoutMs);
  try {
    const response = await request(url, {
      method,
      headers: { accept: "application/json", "accept-encoding": acceptedEncodings, ...headers },
      body: body ?? null,
      idempotent: outbound.repeatable ?? method === "GET",
      dispatcher,
      signal: end.signal,
    });
    const { statusCode: status, headers: answered } = response;
    const header = (name: string) => [answered[name]].flat()[0];
    const retryAfter = retryAfterMs(header("retry-after"), header("date"));
    const encoding = [answered["content-encoding"] ?? ""].flat().join(",");
    const text = await textOf(response.body, encoding, bodyLimitBytes).catch((error) => {
      signal?.throwIfAborted();
      // What it says before its body is enough: to wait, or that the server is out of order.
      if (status >= 500 || status === 429 || (status >= 400 && retryAfter !== undefined)) return "";
      if (isRedirect(status)) return "";
      throw error;
    });
    refuseRedirect(status, header("location"), url);
    return { status, contentType: header("content-type") ?? "", retryAfterMs: retryAfter, text };
  } catch (cause) {
    if (cause instanceof HttpError) throw cause;
    signal?.throwIfAborted();
    throw new NoAnswerError("no answer came", { cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** @throws AnswerTooLongError, AnswerEncodingError; the error that ended the connection */
async function textOf(body: AsyncIterable<Buffer>, encoding: string, limitBytes: number): Promise<string> {
  const bytes = await decodeBody(await boundedBytes(body, limitBytes), encoding, limitBytes);
  return new TextDecoder().decode(bytes);
}

async function boundedBytes(body: AsyncIterable<Buffer>, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limitBytes) throw new AnswerTooLongError(limitBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
