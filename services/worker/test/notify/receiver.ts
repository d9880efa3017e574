// A receiver as a publisher would write it: it verifies what comes, and remembers that.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answering, type TestRequest } from "@fleetkeeper/test-worlds";
import { Webhook } from "standardwebhooks";

export interface Received {
  id: string;
  type: string;
  timestamp: string;
  data: { accountId: string; sequence: number; [field: string]: unknown };
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** `answer`: to what was verified; 401 to everything else. */
export async function startReceiver(
  answer: (event: Received, headers: IncomingMessage["headers"]) => Answer | Promise<Answer> = () => ({
    status: 204,
  }),
) {
  const secrets: string[] = [];
  /** Answered by 2xx. */
  const taken: Received[] = [];
  let unverified = 0;
  let port = 0;
  let server = await listening();

  async function take(request: TestRequest, response: ServerResponse): Promise<void> {
    const event = verified(request.body, request.headers as Record<string, string>);
    const {
      status,
      headers = {},
      body: text = "",
    } = event === undefined ? { status: 401 } : await answer(event, request.headers);
    if (event === undefined) unverified += 1;
    else if (status < 300) taken.push(event);
    response.writeHead(status, headers).end(text);
  }

  async function listening(): Promise<Server> {
    const made = createServer(answering(take));
    await new Promise<void>((resolve) => made.listen(port, "127.0.0.1", resolve));
    port = (made.address() as AddressInfo).port;
    return made;
  }

  function verified(body: string, headers: Record<string, string>): Received | undefined {
    for (const secret of secrets)
      try {
        new Webhook(secret).verify(body, headers);
        return { ...JSON.parse(body), id: headers["webhook-id"] };
      } catch {
        // Another one may have signed it.
      }
    return undefined;
  }

  return {
    url: `http://127.0.0.1:${port}/hook`,
    secrets,
    taken,
    get unverified() {
      return unverified;
    },
    /** Requests in progress are cut off; `startAgain` lets it listen where it did. */
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    async startAgain() {
      server = await listening();
    },
  };
}
