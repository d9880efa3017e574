// An ingress with endpoints for webhooks in its Redis, as a worker writes them, and a sender that signs.

import { type InstallationId, installationIdOf } from "@fleetkeeper/model";
import { redisKeys } from "@fleetkeeper/redis";
import { createTokenSealing, generateTokenKey, sealEndpoint } from "@fleetkeeper/sealing";
import { newWebhookKey } from "@fleetkeeper/test-worlds";
import { newEndpointId, webhookPath } from "@fleetkeeper/webhooks";
import { Webhook } from "standardwebhooks";
import { onTestFinished } from "vitest";
import { app, createWorld } from "../world.ts";

export interface Sent {
  body?: string | Buffer;
  id?: string;
  at?: Date;
  key?: string;
  family?: "svix" | "webhook";
  headers?: Record<string, string>;
  /** Another one than the world's. */
  ingress?: string;
}

/** A world that ends with the test that asked for it. */
export async function testWebhookWorld(env: Record<string, string> = {}) {
  const world = await createWebhookWorld(env);
  onTestFinished(() => world.close());
  return world;
}

export async function createWebhookWorld(env: Record<string, string> = {}) {
  const webhookKey = { keys: [generateTokenKey()] };
  const world = await createWorld({ env: { WEBHOOK_KEY: JSON.stringify(webhookKey), ...env } });
  const { seal, open } = await createTokenSealing(webhookKey);
  const keys = redisKeys(world.namespace);
  let serial = 0;

  return {
    ...world,
    openPayload: open,

    /** Puts an endpoint where a worker would. */
    async addEndpoint(account = "1", signingKeys = [{ key: newWebhookKey(), until: null as Date | null }]) {
      const installationId: InstallationId = installationIdOf(app, account);
      const endpointId = newEndpointId();
      const entry = await sealEndpoint(seal, { installationId, endpointId, keys: signingKeys });
      await world.redis.set(keys.webhookEndpoint(endpointId), entry);
      return { installationId, endpointId, key: signingKeys[0]?.key ?? "", path: webhookPath(endpointId) };
    },

    /** POSTs a delivery; by default a sound one. */
    async deliver(path: string, key: string, sent: Sent = {}) {
      const {
        body = '{"type":"alerts.asset.on"}',
        id = `msg_${serial++}`,
        at = new Date(),
        family = "svix",
      } = sent;
      const signature = new Webhook(sent.key ?? key).sign(id, at, body);
      const answer = await fetch(`${sent.ingress ?? world.url}${path}`, {
        // As long as the sender waits.
        signal: AbortSignal.timeout(15_000),
        method: "POST",
        body: body as never,
        headers: {
          "content-type": "application/json",
          [`${family}-id`]: id,
          [`${family}-timestamp`]: String(Math.floor(at.getTime() / 1_000)),
          [`${family}-signature`]: signature,
          ...sent.headers,
        },
      });
      const json = (await answer.json()) as { error?: { code: string; message: string } };
      return { status: answer.status, code: json.error?.code, body: json, headers: answer.headers };
    },

    /** What waits in the queue. */
    async deliveries() {
      const jobs = await world.queues.queues.webhook.getJobs(
        ["waiting", "prioritized", "delayed"],
        0,
        -1,
        true,
      );
      return jobs.map(({ data }) => data);
    },

    refusals: (endpointId: string) => world.queues.webhookRefusals(endpointId),
    registryKey: keys.webhookEndpoint,
  };
}
