// What the commands about webhooks work with: the store, the actions, and where the ingress is.

import type { InstallationId, SealedText } from "@fleetkeeper/model";
import { createWebhookActions } from "@fleetkeeper/operator";
import { createWebhookSealing } from "@fleetkeeper/sealing";
import { webhookUrl } from "@fleetkeeper/webhooks";
import { readVariables } from "../configuration.ts";
import type { Invocation } from "../invoke.ts";

export async function openWebhooks({ env, reach, now }: Invocation) {
  const store = await reach.store();
  const { webhookKey } = readVariables(env, "WEBHOOK_KEY");
  const sealing = webhookKey && (await createWebhookSealing(webhookKey));
  const actions = createWebhookActions({
    store,
    // Redis is reached by a replay only.
    queues: { addReplays: async (id, deliveries) => (await reach.queues()).addReplays(id, deliveries) },
    sealKey: sealing?.sealKey,
    now,
  });
  return {
    store,
    actions,
    /** Undefined where this machine has no `WEBHOOK_KEY`, or not the one that it was sealed with. */
    async openPayload(sealed: SealedText, installationId: InstallationId): Promise<string | undefined> {
      return sealing?.openPayload(sealed, installationId);
    },
  };
}

/** What is to be entered in Trackunit Manager. */
export function endpointUrl(env: NodeJS.ProcessEnv, endpointId: string): string {
  return webhookUrl(readVariables(env, "INGRESS_PUBLIC_URL").ingressPublicUrl, endpointId);
}
