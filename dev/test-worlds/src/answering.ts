// What an HTTP server of a test answers, as an async function.

import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

export interface TestRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  /** All of it. */
  body: string;
}

/**
 * For `createServer`: a request that breaks off is not answered, and one whose `answer` throws gets a 500
 * with the error. Neither ends the test run, as a rejected listener would.
 */
export function answering(
  answer: (request: TestRequest, response: ServerResponse) => Promise<void> | void,
): RequestListener {
  return (request, response) => {
    requestOf(request)
      .then((whole) => answer(whole, response))
      .catch((error: unknown) => {
        if (response.headersSent || response.destroyed) response.destroy();
        else response.writeHead(500).end(String(error));
      });
  };
}

async function requestOf(request: IncomingMessage): Promise<TestRequest> {
  const { method = "", url = "", headers, rawHeaders } = request;
  return { method, url, headers, rawHeaders, body: await text(request) };
}
