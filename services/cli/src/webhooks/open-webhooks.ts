// What the commands about webhooks work with: the store, the actions, and where the ingress is.

import type { InstallationId, SealedText } from "@fleetkeeper/model";
import { createWebhookActions } from "@fleetkeeper/operator";
import { createTokenSealing } from "@fleetkeeper/sealing";
import { webhookPath } from "@fleetkeeper/webhooks";
import { readVariables } from "../configuration.ts";
import type { Invocation } from "../invoke.ts";

export async function openWebhooks({ env, reach, now }: Invocation) {
  const store = await reach.store();
  const { webhookKey } = readVariables(env, "WEBHOOK_KEY");
  const sealing = webhookKey && (await createTokenSealing(webhookKey));
  const sealKey =
    sealing &&
    ((key: string, installationId: InstallationId) =>
      sealing.seal(key, { installationId, purpose: "webhook-key" }));
  const actions = createWebhookActions({
    store,
    // Redis is reached by a replay only.
    queues: { addReplays: async (id, deliveries) => (await reach.queues()).addReplays(id, deliveries) },
    sealKey,
    now,
  });
  return {
    store,
    actions,
    /** Undefined where this machine has no `WEBHOOK_KEY`, or not the one that it was sealed with. */
    async openPayload(sealed: SealedText, installationId: InstallationId): Promise<string | undefined> {
      return sealing?.open(sealed, { installationId, purpose: "webhook-payload" }).catch(() => undefined);
    },
  };
}

/** What is to be entered in Trackunit Manager. */
export function endpointUrl(env: NodeJS.ProcessEnv, endpointId: string): string {
  const base = readVariables(env, "INGRESS_PUBLIC_URL").ingressPublicUrl ?? "https://<your ingress>";
  return `${base.replace(/\/+$/, "")}${webhookPath(endpointId)}`;
}
