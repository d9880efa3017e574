// Handler of queue `webhook`: a verified delivery is kept once and starts its syncs; an operator may let it
// do so again.

import { type Payloads, webhookDeliveryOf } from "@fleetkeeper/jobs";
import type { Store } from "@fleetkeeper/store";
import { knownEventTypes } from "@fleetkeeper/webhooks";
import type { WorkerMetrics } from "../metrics.ts";
import { type Definitions, setOff } from "./set-off.ts";

/** An operator's wish. */
type Replay = Extract<Payloads["webhook"], { replay: unknown }>;

export interface WebhookHandlerOptions {
  store: Store;
  definitions: Definitions;
  /** Takes an endpoint that there is no more from the ingress. */
  withdraw: (endpointId: string) => Promise<void>;
  metrics: Pick<WorkerMetrics, "webhookDeliveries">;
  now: () => Date;
}

/** The syncs first, then what is kept: a crash asks them twice, which is as once. */
export function createWebhookHandler(options: WebhookHandlerOptions) {
  const { store, withdraw, metrics, now } = options;
  const { webhookEndpoints: endpoints, webhookDeliveries: deliveries } = store;

  return async ({ payload }: { payload: Payloads["webhook"] }) => {
    const outcome = await ("replay" in payload ? replay(payload) : take(payload));
    const type = "replay" in payload ? "replay" : labelOf(payload.type);
    metrics.webhookDeliveries.inc({ type, outcome });
    return { outcome };
  };

  async function take(payload: Exclude<Payloads["webhook"], Replay>) {
    const delivery = webhookDeliveryOf(payload);
    const _id = deliveries.idOf(delivery);
    if (await deliveries.has(_id)) return "repeated";
    const endpoint = await endpoints.find(delivery.installationId, delivery.endpointId);
    if (endpoint === null || endpoint.state === "removed") {
      await withdraw(delivery.endpointId);
      return "dropped";
    }
    const result = await setOff(options, endpoint, { _id, type: delivery.type }, now());
    const { firstToken } = endpoint;
    if (!(await deliveries.keep(delivery, { firstToken, ...result }))) return "repeated";
    await endpoints.noteDelivery(endpoint, delivery.receivedAt);
    return result.outcome;
  }

  async function replay({ installationId, replay: delivery }: Replay) {
    const kept = await deliveries.find(delivery);
    const endpoint = kept && (await endpoints.find(installationId, kept.endpointId));
    if (kept === null || endpoint === null) return "gone";
    const result = await setOff(options, { ...endpoint, state: "active" }, kept, now());
    await deliveries.noteReplay(delivery, result, now());
    return result.outcome;
  }
}

/** Bounded, for any number of types. */
function labelOf(type: string | null): string {
  if (type === null) return "none";
  return knownEventTypes.some((known) => known === type) ? type : "other";
}
