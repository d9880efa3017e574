// What an event starts: the syncs whose definition names it become due soon, once, however many events ask.

import { type RefreshedSync, syncIdOf, type WebhookOutcome } from "@fleetkeeper/model";
import type { Store, WebhookDeliveryDocument, WebhookEndpointDocument } from "@fleetkeeper/store";
import type { SyncDefinition } from "@fleetkeeper/syncs";
import { matchesEvent } from "@fleetkeeper/webhooks";

/** By the name of the sync. */
export type Definitions = ReadonlyMap<string, Pick<SyncDefinition, "name" | "refreshOn">>;

/** `delivery`: its id and type. An unknown type, or none at all, is not an error. */
export async function setOff(
  { store, definitions }: { store: Pick<Store, "syncs">; definitions: Definitions },
  endpoint: Pick<WebhookEndpointDocument, "installationId" | "state" | "events">,
  delivery: Pick<WebhookDeliveryDocument, "_id" | "type">,
  at: Date,
): Promise<{ outcome: WebhookOutcome; refreshed: RefreshedSync[] }> {
  if (endpoint.state === "paused") return { outcome: "held", refreshed: [] };
  const types = delivery.type === null ? endpoint.events : [delivery.type];
  const refreshed: RefreshedSync[] = [];
  for (const { name, refreshOn = [] } of definitions.values()) {
    if (!refreshOn.some((pattern) => types.some((type) => matchesEvent(pattern, type)))) continue;
    const answer = await store.syncs.refresh(syncIdOf(endpoint.installationId, name), delivery._id, at);
    refreshed.push({ sync: name, answer, at });
  }
  if (refreshed.length === 0) return { outcome: "no-sync", refreshed };
  const isStopped = refreshed.every(({ answer }) => answer === "stopped" || answer === "absent");
  return { outcome: isStopped ? "stopped" : "refreshed", refreshed };
}
