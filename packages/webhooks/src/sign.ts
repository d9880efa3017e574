// Signatures of our own deliveries. Source: Standard Webhooks, "Signature scheme".

import { Webhook } from "standardwebhooks";
import type { SigningKey } from "./signing-key.ts";

/** To be sent with the body, as it was signed. */
export type SignedHeaders = Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>;

/**
 * The headers of one attempt. `id` is the event's, the same for each attempt; `timestamp` is the attempt's.
 * Each of `secrets` signs, newest first, so that a receiver may know any of them while they are exchanged.
 * @throws RangeError for an id with a full stop, which would let two contents have one signature, and for no
 * secret
 */
export function signStandardWebhook(delivery: {
  id: string;
  timestamp: Date;
  body: string;
  secrets: readonly SigningKey[];
}): SignedHeaders {
  const { id, timestamp, body, secrets } = delivery;
  if (!/^[A-Za-z0-9_-]{1,256}$/.test(id)) throw new RangeError("a webhook's id has letters, digits, - and _");
  if (secrets.length === 0) throw new RangeError("a webhook is signed with at least one secret");
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(timestamp.getTime() / 1_000)),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(id, timestamp, body)).join(" "),
  };
}
