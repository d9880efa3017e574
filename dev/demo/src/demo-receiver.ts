// A receiver as a publisher would have one: made as `fleetkeeper notify add` makes one, it verifies by the
// client what it is told, and says it.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { verifyWebhook, type WebhookEvent } from "@fleetkeeper/client";
import { createReceiverActions } from "@fleetkeeper/operator";
import { createSealFor } from "@fleetkeeper/sealing";
import type { Store } from "@fleetkeeper/store";
import type { Progress } from "./progress.ts";
import type { Secrets } from "./secrets.ts";

export interface DemoReceiver {
  /** Whether this account's install was told here, signed. Waits for it, up to half a minute. */
  wasToldOf(accountId: string): Promise<boolean>;
}

const description = "receiver of pnpm start";
const maxBodyBytes = 64 * 1_024;
const timeoutMs = 30_000;

/**
 * Notified of what becomes of accounts, by workers that start after it: they read who is to be told when they
 * start, and then every second. `defer` gets what ends it. Those of earlier starts are removed.
 */
export async function startDemoReceiver(options: {
  store: Store;
  secrets: Pick<Secrets, "sealingPublicKey">;
  progress: Progress;
  defer: (close: () => Promise<unknown>) => void;
}): Promise<DemoReceiver> {
  const { store, secrets, progress, defer } = options;
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

  const receivers = createReceiverActions({
    store,
    sealSecret: await createSealFor(JSON.parse(secrets.sealingPublicKey), "notify-secret"),
    // It is ours.
    checkUrl: () => undefined,
    now: () => new Date(),
  });
  for (const { _id, description: of } of await receivers.list())
    if (of === description) await receivers.remove("pnpm start", _id);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const events = ["account.installed", "account.reinstalled", "account.forgotten"] as const;
  ({ secret } = await receivers.add("pnpm start", { url, description, events }));

  return {
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
