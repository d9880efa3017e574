// What operators do with the webhooks' keys: seal an endpoint's signing key, open a delivery's payload.

import type { InstallationId, SealedText } from "@fleetkeeper/model";
import type { JSONWebKeySet } from "jose";
import { createTokenSealing } from "./token-key.ts";

/** Seals and opens the signing keys of webhooks. */
export type WebhookSealing = Awaited<ReturnType<typeof createWebhookSealing>>;

/** `keys`: of `WEBHOOK_KEY`. */
export async function createWebhookSealing(keys: JSONWebKeySet) {
  const { seal, open } = await createTokenSealing(keys);
  return {
    sealKey(key: string, installationId: InstallationId): Promise<SealedText> {
      return seal(key, { installationId, purpose: "webhook-key" });
    },

    /** Undefined where none of the keys here is the one that it was sealed with. */
    async openPayload(sealed: SealedText, installationId: InstallationId): Promise<string | undefined> {
      return open(sealed, { installationId, purpose: "webhook-payload" }).catch(() => undefined);
    },
  };
}
