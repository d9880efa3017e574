// An endpoint for the webhooks of an account, as `fleetkeeper webhooks add` makes one.

import type { InstallationId } from "@fleetkeeper/model";
import { createTokenSealing } from "@fleetkeeper/sealing";
import type { Store } from "@fleetkeeper/store";
import { newEndpointId, webhookPath } from "@fleetkeeper/webhooks";
import type { Secrets } from "./secrets.ts";

export interface AddedEndpoint {
  endpointId: string;
  /** What is entered in Trackunit Manager. */
  url: string;
}

/** `baseUrl`: of the ingress. `key`: the signing key that the sender has. A worker tells the ingress of it within seconds. */
export async function addWebhookEndpoint(options: {
  store: Store;
  secrets: Pick<Secrets, "webhookKey">;
  baseUrl: string;
  installationId: InstallationId;
  key: string;
}): Promise<AddedEndpoint> {
  const { store, secrets, baseUrl, installationId, key } = options;
  const { seal } = await createTokenSealing(JSON.parse(secrets.webhookKey));
  const sealedKey = await seal(key, { installationId, purpose: "webhook-key" });
  const endpointId = newEndpointId();
  await store.audit.add({
    at: new Date(),
    who: "pnpm start",
    action: "add webhook endpoint",
    installationId,
  });
  await store.webhookEndpoints.add({ installationId, endpointId, sealedKey, events: [], now: new Date() });
  return { endpointId, url: `${baseUrl}${webhookPath(endpointId)}` };
}
