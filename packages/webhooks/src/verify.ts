// Verification of a delivery by the library of Standard Webhooks: HMAC-SHA256 over id, timestamp and the body
// as it came.

import { isUtf8 } from "node:buffer";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { WebhookRefusal } from "./errors.ts";
import type { WebhookHeaders } from "./headers.ts";
import type { SigningKey } from "./signing-key.ts";

/** How far the timestamp may be from now, in either direction. The library has the same one. */
export const toleranceMs = 5 * 60_000;

/** Needs no key: to be asked before any is looked for. @throws WebhookRefusal `ERR_WEBHOOK_TIMESTAMP` */
export function checkTimestamp({ timestamp }: WebhookHeaders, now: Date): void {
  const aheadMs = Number(timestamp) * 1_000 - now.getTime();
  // The clock counts in whole seconds there.
  if (aheadMs < -toleranceMs - 1_000)
    throw new WebhookRefusal("ERR_WEBHOOK_TIMESTAMP", { reason: "too old" });
  if (aheadMs > toleranceMs + 1_000)
    throw new WebhookRefusal("ERR_WEBHOOK_TIMESTAMP", { reason: "from the future" });
}

/**
 * Any of the keys may have signed it. Only signatures of version `v1` count.
 * @throws WebhookRefusal `ERR_WEBHOOK_UNVERIFIED`
 */
export function verifyDelivery(body: Buffer, headers: WebhookHeaders, keys: readonly SigningKey[]): void {
  // The library compares texts: bytes that are no UTF-8 would be the same text as others.
  if (!isUtf8(body)) throw new WebhookRefusal("ERR_WEBHOOK_UNVERIFIED", { reason: "body is not UTF-8" });
  const named = {
    "webhook-id": headers.id,
    "webhook-timestamp": headers.timestamp,
    "webhook-signature": headers.signature,
  };
  if (!keys.some((key) => isSignedBy(key, body, named)))
    throw new WebhookRefusal("ERR_WEBHOOK_UNVERIFIED", { reason: "signature" });
}

function isSignedBy(key: SigningKey, body: Buffer, headers: Record<string, string>): boolean {
  try {
    new Webhook(key).verify(body, headers, { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}
