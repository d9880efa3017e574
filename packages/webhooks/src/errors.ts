// Why a delivery is refused: every code with its status and its advice. They go to the sender: no secret, no
// echo of what was sent.

import { defineError, defineRefusal, FleetkeeperError, type RefusalRule } from "@fleetkeeper/model";

const rules = {
  ERR_WEBHOOK_HEADERS: {
    status: 400,
    message:
      "Send svix-id, svix-timestamp and svix-signature, or webhook-id, webhook-timestamp and webhook-signature, each once.",
  },
  ERR_WEBHOOK_TIMESTAMP: {
    status: 400,
    message: "Send it within 5 minutes of its timestamp; check the clock of the sender.",
  },
  // The same for an unknown endpoint, so that an attacker cannot learn which exist.
  ERR_WEBHOOK_UNVERIFIED: {
    status: 401,
    message:
      "Send it to an existing endpoint, signed (v1) with that endpoint's key, with the body unchanged.",
  },
  ERR_WEBHOOK_TOO_LARGE: { status: 413, message: "Send a body of at most 262144 bytes." },
  ERR_WEBHOOK_ENCODING: { status: 415, message: "Send the body without content encoding." },
  ERR_WEBHOOK_TOO_MANY: {
    status: 429,
    message: "Too many deliveries at a time. Send it again after Retry-After.",
    retryAfterS: 5,
  },
  ERR_WEBHOOK_UNAVAILABLE: {
    status: 503,
    message: "The delivery could not be stored. Send it again after Retry-After.",
    retryAfterS: 5,
  },
} satisfies Record<string, RefusalRule>;

/** Stable; each has one status and one message. */
export type WebhookRefusalCode = keyof typeof rules;

/** A delivery that gets no 202. Its `reason` is also counted for the endpoint. */
export class WebhookRefusal extends defineRefusal(rules) {}

/** All of them, in the order of their status. */
export const webhookRefusalCodes = WebhookRefusal.codes;

/** The text is not a signing key of an endpoint. The message does not hold it. */
export class InvalidSigningKeyError extends defineError(FleetkeeperError, "ERR_WEBHOOK_KEY", "never") {
  constructor() {
    super("a signing key is whsec_ and then 24 to 75 bytes in base64, as Trackunit Manager shows it");
  }
}
