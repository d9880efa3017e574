// The way of a delivery: its headers, its endpoint, its signature; then sealed and handed in.
// Any failure refuses it.

import { QueueUnavailableError } from "@fleetkeeper/jobs";
import type { WebhookDelivery } from "@fleetkeeper/model";
import type { EndpointEntry, Seal } from "@fleetkeeper/sealing";
import {
  asEndpointId,
  checkTimestamp,
  eventTypeOf,
  readHeaders,
  readSigningKey,
  verifyDelivery,
  type WebhookHeaders,
  WebhookRefusal,
} from "@fleetkeeper/webhooks";
import type { FindEndpoint } from "./known-endpoints.ts";

/** Verified deliveries that may wait for Redis at one time. */
const maxInFlight = 1_000;
/**
 * Verified deliveries of one endpoint that one ingress accepts in a minute: none takes the others' places.
 */
const maxPerMinute = 3_000;
/** Of a body so much is kept. */
const keptBytes = 32 * 1_024;

/** A delivery whose head is in order. */
export interface DeliveryHead {
  headers: WebhookHeaders;
  endpoint: EndpointEntry;
}

export interface AcceptDelivery {
  /** Before the body is read. @throws WebhookRefusal, QueueUnavailableError */
  head(request: { endpointId: string; rawHeaders: readonly string[] }): Promise<DeliveryHead>;
  /** Resolves when the delivery is on disk. @throws the same */
  body(head: DeliveryHead, body: Buffer): Promise<WebhookDelivery>;
}

export function createAcceptDelivery(options: {
  findEndpoint: FindEndpoint;
  seal: Seal;
  /** Resolves when the delivery is on disk. */
  handIn: (delivery: WebhookDelivery) => Promise<void>;
  /** Whether so much waits already that no more is taken. */
  isFull: () => Promise<boolean>;
  /**
   * For all of Redis's part after the verification; with what comes before well below the sender's 15 s.
   * Default 6 000.
   */
  storeWithinMs?: number;
  now?: () => Date;
}): AcceptDelivery {
  const { findEndpoint, seal, storeWithinMs = 6_000, now = () => new Date() } = options;
  const isTooMuch = createRate(now);
  let inFlight = 0;

  return {
    async head({ endpointId, rawHeaders }) {
      const headers = readHeaders(rawHeaders);
      checkTimestamp(headers, now());
      const id = asEndpointId(endpointId);
      const endpoint = id === undefined ? undefined : await findEndpoint(id);
      if (endpoint === undefined)
        throw new WebhookRefusal("ERR_WEBHOOK_UNVERIFIED", { reason: "unknown endpoint" });
      return { headers, endpoint };
    },

    async body({ headers, endpoint }, body) {
      const { installationId, endpointId, keys } = endpoint;
      const receivedAt = now();
      const valid = keys.filter(({ until }) => until === null || until > receivedAt);
      verifyDelivery(
        body,
        headers,
        valid.map(({ key }) => readSigningKey(key)),
      );
      if (inFlight >= maxInFlight || isTooMuch(endpointId)) throw new WebhookRefusal("ERR_WEBHOOK_TOO_MANY");
      inFlight++;
      try {
        return await within(storeWithinMs, async () => {
          if (await options.isFull()) throw new QueueUnavailableError("too many deliveries wait already");
          const kept = body.subarray(0, keptBytes).toString();
          const delivery: WebhookDelivery = {
            installationId,
            endpointId,
            messageId: headers.id,
            type: eventTypeOf(body),
            receivedAt,
            bytes: body.length,
            sealedPayload: await seal(kept, { installationId, purpose: "webhook-payload" }),
          };
          await options.handIn(delivery);
          return delivery;
        });
      } finally {
        inFlight--;
      }
    },
  };
}

/** Whether one more in this minute is too much. */
function createRate(now: () => Date): (endpointId: string) => boolean {
  let minute = 0;
  const counts = new Map<string, number>();
  return (endpointId) => {
    const current = Math.floor(now().getTime() / 60_000);
    if (current !== minute) counts.clear();
    minute = current;
    const count = (counts.get(endpointId) ?? 0) + 1;
    counts.set(endpointId, count);
    return count > maxPerMinute;
  };
}

async function within<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const late = () => reject(new QueueUnavailableError(`the delivery was not stored within ${limitMs} ms`));
    timer = setTimeout(late, limitMs);
  });
  try {
    return await Promise.race([work(), limit]);
  } finally {
    clearTimeout(timer);
  }
}
