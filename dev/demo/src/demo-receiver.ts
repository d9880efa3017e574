// A receiver as a publisher would have one: made by the API, it verifies what comes by the client and says
// it.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, verifyWebhook, type WebhookEvent } from "@fleetkeeper/client";
import type { Progress } from "./progress.ts";

export interface DemoReceiver {
  /** When the workers know of it: they look every second who is to be told. */
  isKnown: Promise<void>;
  /** Whether this account's install was told here, signed. Waits for it, up to half a minute. */
  wasToldOf(accountId: string): Promise<boolean>;
}

const description = "receiver of pnpm start";
const maxBodyBytes = 64 * 1_024;
const timeoutMs = 30_000;

/** Notified of what becomes of accounts. `defer` gets what ends it. Those of earlier starts are removed. */
export async function startDemoReceiver(options: {
  api: { url: string; key: string };
  progress: Progress;
  defer: (close: () => Promise<unknown>) => void;
}): Promise<DemoReceiver> {
  const { api, progress, defer } = options;
  const { api: fleet } = createClient(api);
  const told: WebhookEvent[] = [];
  let secret = "";

  const server = createServer(async (request, response) => {
    try {
      const event = await verifyWebhook(await bodyOf(request), request.headers, secret);
      told.push(event);
      progress.step(`webhook: ${event.type} of account ${event.data.accountId}, signature verified`);
      response.writeHead(204).end();
    } catch {
      response.writeHead(401).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  defer(async () => {
    server.closeAllConnections();
    server.close();
  });

  const known = (await fleet.GET("/v1/webhooks")).data?.webhooks ?? [];
  for (const { id: webhookId } of known.filter((one) => one.description === description))
    await fleet.DELETE("/v1/webhooks/{webhookId}", { params: { path: { webhookId } } });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const events = ["account.installed", "account.reinstalled", "account.forgotten"] as const;
  const made = await fleet.POST("/v1/webhooks", { body: { url, description, events: [...events] } });
  if (made.data === undefined) throw new Error(`no receiver was made: ${JSON.stringify(made.error)}`);
  secret = made.data.secret;

  return {
    isKnown: sleep(1_500),

    async wasToldOf(accountId) {
      const deadline = performance.now() + timeoutMs;
      while (performance.now() < deadline) {
        if (told.some(({ data }) => data.accountId === accountId)) return true;
        await sleep(50);
      }
      return false;
    },
  };
}

async function bodyOf(request: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > maxBodyBytes) throw new Error("too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
