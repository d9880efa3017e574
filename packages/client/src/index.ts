// A typed client for the API of a publisher's own back end, for Node.js, Deno and Bun.

export { type ClientOptions, createClient, type FleetkeeperClient, type RecordsQuery } from "./client.ts";
export { FleetkeeperError } from "./errors.ts";
export type { components, paths } from "./schema.ts";
export {
  type VerifyWebhookOptions,
  verifyWebhook,
  WebhookError,
  type WebhookErrorCode,
  type WebhookHeaders,
} from "./verify-webhook.ts";
export type { WebhookEvent, WebhookEventType } from "./webhook-event.ts";
