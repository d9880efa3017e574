// Tells the ingress which endpoints there are: what changed at once, everything again each hour and after
// Redis lost it.

import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import {
  createTokenSealing,
  type EndpointEntry,
  SealingError,
  sealEndpoint,
  sealKeyIdOf,
} from "@fleetkeeper/sealing";
import type { Store, WebhookEndpointDocument } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import type { JSONWebKeySet } from "jose";

/** In one tick, and of those together. */
const perTick = 500;
const atATime = 20;
const againAfterMs = 3_600_000;
/** An entry that no worker writes again for so long is gone. */
const entryForMs = 7 * 86_400_000;

type Sealing = Awaited<ReturnType<typeof createTokenSealing>>;

export interface PublishedEndpoints {
  /** One step; returns how many were told. */
  publish(): Promise<number>;
  /** Takes one that there is no more from the ingress. */
  withdraw(endpointId: string): Promise<void>;
}

/** Without keys nothing is published, and no ingress takes a delivery. */
export async function createPublishedEndpoints(options: {
  store: Pick<Store, "webhookEndpoints">;
  redis: RedisClient;
  namespace: string;
  keys: JSONWebKeySet | undefined;
  log: Log;
  now: () => Date;
}): Promise<PublishedEndpoints> {
  const { store, redis, namespace, log, now } = options;
  const { webhookEndpoints: endpoints } = store;
  const names = redisKeys(namespace);
  const newestKeyId = options.keys?.keys[0]?.kid;
  const sealing = options.keys && (await createTokenSealing(options.keys));

  return {
    async publish() {
      if (sealing === undefined) return 0;
      await lookForLoss();
      const due = await endpoints.due(now(), perTick);
      for (let start = 0; start < due.length; start += atATime)
        await Promise.all(due.slice(start, start + atATime).map((one) => tellOrPutOff(one, sealing)));
      return due.length;
    },
    withdraw,
  };

  async function lookForLoss(): Promise<void> {
    if ((await redis.get(names.webhookRegistry())) !== null) return;
    await endpoints.publishAll(now());
    await redis.set(names.webhookRegistry(), now().toISOString());
  }

  /** One whose key does not open keeps none of the others waiting. */
  async function tellOrPutOff(endpoint: WebhookEndpointDocument, sealing: Sealing): Promise<void> {
    try {
      await tell(endpoint, sealing);
    } catch (error) {
      if (!(error instanceof SealingError)) throw error;
      log.error({ error, installationId: endpoint.installationId }, "webhook key does not open");
      await endpoints.published(endpoint, new Date(now().getTime() + againAfterMs));
    }
  }

  async function tell(endpoint: WebhookEndpointDocument, { seal, open }: Sealing): Promise<void> {
    const { _id, installationId, endpointId, state } = endpoint;
    if (state === "removed") {
      await withdraw(endpointId);
      return endpoints.deleteRemoved(_id);
    }
    const keys: EndpointEntry["keys"] = [];
    for (const [index, { sealed, until }] of endpoint.keys.entries()) {
      const binding = { installationId, purpose: "webhook-key" } as const;
      const key = await open(sealed, binding);
      if (sealKeyIdOf(sealed) !== newestKeyId)
        await endpoints.reseal(endpoint, index === 0 ? 0 : 1, sealed, await seal(key, binding));
      if (until === null || until > now()) keys.push({ key, until });
    }
    const entry = await sealEndpoint(seal, { installationId, endpointId, keys });
    await redis.set(names.webhookEndpoint(endpointId), entry, "PX", entryForMs);
    await endpoints.published(endpoint, new Date(now().getTime() + againAfterMs));
  }

  async function withdraw(endpointId: string): Promise<void> {
    await redis.del(names.webhookEndpoint(endpointId));
    await redis.del(names.webhookRefusals(endpointId));
  }
}
