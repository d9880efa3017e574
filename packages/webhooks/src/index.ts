// Trackunit's data webhooks: what a delivery must be, how it is verified, and what may be read from it.

export { asEndpointId, newEndpointId, webhookPath } from "./endpoint-id.ts";
export {
  InvalidSigningKeyError,
  WebhookRefusal,
  type WebhookRefusalCode,
  webhookRefusalCodes,
} from "./errors.ts";
export { eventTypeOf, knownEventTypes, matchesEvent } from "./event-type.ts";
export { readHeaders, type WebhookHeaders } from "./headers.ts";
export { readSigningKey, type SigningKey } from "./signing-key.ts";
export { checkTimestamp, toleranceMs, verifyDelivery } from "./verify.ts";
