// Trackunit's webhooks in the ingress, built from top to bottom; a part of it only where `WEBHOOK_KEY` is
// set.

import { countWebhookRefusal, type DurableQueue, type QueueSet } from "@fleetkeeper/jobs";
import type { RedisClient } from "@fleetkeeper/redis";
import { createTokenSealing } from "@fleetkeeper/sealing";
import type { Log } from "@fleetkeeper/telemetry";
import type { JSONWebKeySet } from "jose";
import type { IngressMetrics } from "../metrics.ts";
import { createAcceptDelivery } from "./accept-delivery.ts";
import { createFindEndpoint } from "./known-endpoints.ts";
import type { WebhookRoutesOptions } from "./routes.ts";

/** Deliveries that may wait for a worker; of 43 KiB each at most. */
const maxWaiting = 20_000;
const lookEveryMs = 1_000;

export async function createWebhooks(options: {
  keys: JSONWebKeySet;
  redis: RedisClient;
  namespace: string;
  queueSet: Pick<QueueSet, "addWebhook" | "waiting">;
  queue: DurableQueue;
  log: Log;
  metrics: IngressMetrics;
  now: () => Date;
}): Promise<WebhookRoutesOptions> {
  const { redis, namespace, queueSet, queue, log, metrics, now } = options;
  const { seal, open } = await createTokenSealing(options.keys);
  return {
    log,
    metrics,
    acceptDelivery: createAcceptDelivery({
      findEndpoint: createFindEndpoint({ redis, namespace, open, log }),
      seal,
      handIn: (delivery) => queue.handIn(() => queueSet.addWebhook(delivery)),
      isFull: createIsFull(queueSet),
      now,
    }),
    noteRefusal: createNoteRefusal({ redis, namespace, log, now }),
  };
}

/** Looks at most once a second. */
function createIsFull({ waiting }: Pick<QueueSet, "waiting">): () => Promise<boolean> {
  let looked: Promise<boolean> | undefined;
  let atMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = performance.now();
    if (looked === undefined || nowMs - atMs >= lookEveryMs) {
      atMs = nowMs;
      looked = waiting("webhook").then((count) => count >= maxWaiting);
      looked.catch(() => {
        looked = undefined;
      });
    }
    return looked;
  };
}

/** Not waited for. */
function createNoteRefusal(options: { redis: RedisClient; namespace: string; log: Log; now: () => Date }) {
  const { redis, namespace, log, now } = options;
  return (endpointId: string, reason: string) => {
    countWebhookRefusal(redis, namespace, { endpointId, reason, at: now() }).catch((error: unknown) =>
      log.debug({ error }, "refused webhook not counted"),
    );
  };
}
