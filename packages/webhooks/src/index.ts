// Webhooks: what a delivery of Trackunit must be, how it is verified, what may be read from it; and how we
// sign our own.

export { asEndpointId, newEndpointId, webhookPath, webhookUrl } from "./endpoint-id.ts";
export {
  InvalidSigningKeyError,
  WebhookRefusal,
  type WebhookRefusalCode,
  webhookRefusalCodes,
} from "./errors.ts";
export { eventTypeOf, knownEventTypes, matchesEvent } from "./event-type.ts";
export { readHeaders, type WebhookHeaders } from "./headers.ts";
export { type SignedHeaders, signStandardWebhook } from "./sign.ts";
export { newSigningKey, readSigningKey, type SigningKey } from "./signing-key.ts";
export { checkTimestamp, toleranceMs, verifyDelivery } from "./verify.ts";
