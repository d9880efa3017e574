// An endpoint for the webhooks of an account, as `fleetkeeper webhooks add` makes one.

import { type InstallationId, shortEndpointId } from "@fleetkeeper/model";
import { createTokenSealing } from "@fleetkeeper/sealing";
import { newSigningKey, type WebhookTarget } from "@fleetkeeper/simulator";
import type { Store } from "@fleetkeeper/store";
import { newEndpointId, webhookPath } from "@fleetkeeper/webhooks";
import type { Secrets } from "./secrets.ts";

/**
 * What is entered in Trackunit Manager: the account's endpoint of the last start, or a new one. `baseUrl`: of
 * the ingress. A worker tells the ingress of it within seconds.
 */
export async function webhookEndpointOf(options: {
  store: Store;
  secrets: Pick<Secrets, "webhookKey">;
  baseUrl: string;
  installationId: InstallationId;
}): Promise<WebhookTarget> {
  const { store, secrets, baseUrl, installationId } = options;
  const { seal, open } = await createTokenSealing(JSON.parse(secrets.webhookKey));
  const binding = { installationId, purpose: "webhook-key" } as const;
  const urlOf = (endpointId: string) => `${baseUrl}${webhookPath(endpointId)}`;
  for (const { state, endpointId, keys } of await store.webhookEndpoints.ofInstallation(installationId)) {
    const key = state === "active" && keys[0] && (await open(keys[0].sealed, binding).catch(() => undefined));
    if (key) return { url: urlOf(endpointId), key };
  }
  const key = newSigningKey();
  const endpointId = newEndpointId();
  const now = new Date();
  await store.audit.add({
    at: now,
    who: "pnpm start",
    action: `add webhook endpoint ${shortEndpointId(endpointId)}`,
    installationId,
  });
  await store.webhookEndpoints.add({
    installationId,
    endpointId,
    sealedKey: await seal(key, binding),
    events: [],
    now,
  });
  return { url: urlOf(endpointId), key };
}
