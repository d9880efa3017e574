// A signing key of a webhook endpoint.

import { randomBytes } from "node:crypto";

/** As Trackunit Manager shows one. */
export function newWebhookKey(): string {
  return `whsec_${randomBytes(24).toString("base64")}`;
}
