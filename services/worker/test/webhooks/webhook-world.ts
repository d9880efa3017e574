// The way of a delivery whole: an ingress and a worker in this process, endpoints as an operator makes them,
// a sender that signs.

import { createWebhookActions } from "@fleetkeeper/operator";
import { redisKeys } from "@fleetkeeper/redis";
import { createTokenSealing, generateSealingKey, generateTokenKey } from "@fleetkeeper/sealing";
import type { SimulatedAccount } from "@fleetkeeper/simulator";
import type { SyncDocument } from "@fleetkeeper/store";
import { createLog } from "@fleetkeeper/telemetry";
import { newWebhookKey } from "@fleetkeeper/test-worlds";
import { webhookPath } from "@fleetkeeper/webhooks";
import { Webhook } from "standardwebhooks";
import { expect, onTestFinished, vi } from "vitest";
import { readConfig } from "../../../ingress/src/config.ts";
import { startIngress } from "../../../ingress/src/ingress.ts";
import { createWorld } from "../create-world.ts";

export const patient = { timeout: 30_000, interval: 50 };

/** `ingresses`: how many take deliveries. No worker runs until the test starts one. */
export async function createWebhookWorld({ ingresses = 1 } = {}) {
  const webhookKeys = { keys: [generateTokenKey()] };
  const WEBHOOK_KEY = JSON.stringify(webhookKeys);
  const world = await createWorld({ env: { WEBHOOK_KEY, NOTIFY_ADDRESSES: "any" } });
  const { publicKey } = await generateSealingKey();
  const config = readConfig({
    ...world.env,
    TRACKUNIT_JWKS_URL: world.simulator.jwksUrl,
    TRACKUNIT_APP_IDS: world.simulator.settings.app,
    SEALING_PUBLIC_KEY: JSON.stringify(publicKey),
    INGRESS_SIGNING_KEY: world.signingKey,
    INGRESS_PORT: "0",
  });
  const closers: (() => unknown)[] = [];
  onTestFinished(async () => {
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
    await world.close();
  });
  const urls: string[] = [];
  for (let count = 0; count < ingresses; count++) {
    const log = createLog({ service: "ingress", level: config.logLevel });
    urls.push((await startIngress(config, log, (_what, close) => closers.push(close))).url);
  }
  const { seal } = await createTokenSealing(webhookKeys);
  const actions = createWebhookActions({
    store: world.store,
    queues: world.queues,
    sealKey: (key, installationId) => seal(key, { installationId, purpose: "webhook-key" }),
    now: () => new Date(),
  });
  let serial = 0;

  return {
    ...world,
    actions,

    /** Installs an account and waits until each of its syncs has run and rests. */
    async installed(sizes: Parameters<typeof world.simulator.addAccount>[0] = {}): Promise<SimulatedAccount> {
      const account = world.simulator.addAccount({ assets: 5, sites: 2, ...sizes });
      await world.install(account);
      await vi.waitFor(async () => {
        const syncs = await world.store.syncs.ofInstallation(world.installationIdOf(account));
        expect(syncs.length).toBeGreaterThan(0);
        expect(syncs.filter(({ lastSuccessAt }) => lastSuccessAt === null)).toEqual([]);
      }, patient);
      return account;
    },

    /** Makes an endpoint, and waits until a worker has told the ingress of it. */
    async endpointOf(account: SimulatedAccount, events: string[] = []) {
      const key = newWebhookKey();
      const endpoint = await actions.add("olive", world.installationIdOf(account), { key, events });
      const entry = redisKeys(world.namespace).webhookEndpoint(endpoint.endpointId);
      await vi.waitFor(async () => expect(await world.redis.get(entry)).not.toBeNull(), patient);
      return { ...endpoint, key, path: webhookPath(endpoint.endpointId) };
    },

    /** The status of its answer. `ingress`: which of them. */
    async deliver(
      { path, key }: { path: string; key: string },
      body: object | string,
      { id = `msg_${serial++}`, ingress = 0 } = {},
    ): Promise<number> {
      const at = new Date();
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const headers = {
        "svix-id": id,
        "svix-timestamp": String(Math.floor(at.getTime() / 1_000)),
        "svix-signature": new Webhook(key).sign(id, at, text),
      };
      const answer = await fetch(`${urls[ingress]}${path}`, { method: "POST", body: text, headers });
      await answer.arrayBuffer();
      return answer.status;
    },

    async sync(account: SimulatedAccount, name: string): Promise<SyncDocument | undefined> {
      const syncs = await world.store.syncs.ofInstallation(world.installationIdOf(account));
      return syncs.find(({ sync }) => sync === name);
    },

    async deliveries(account: SimulatedAccount) {
      const query = { installationId: world.installationIdOf(account), limit: 500 };
      return (await world.store.webhookDeliveries.list(query)).rows;
    },
  };
}
