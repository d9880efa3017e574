// What a change of the simulated world tells by webhooks: the eight types that Trackunit documents.
import type { SimulatedAccount } from "../accounts/account.ts";
import type { Changed } from "../fleet/change.ts";

export const webhookTypes = [
  "alerts.asset.on",
  "alerts.asset.off",
  "faults.asset.on",
  "faults.asset.off",
  "service-management.service-status.updated",
  "sites.asset.enter",
  "sites.asset.leave",
  "sites.asset.archive",
] as const;

export interface WebhookEvent {
  type: string;
  data: object;
}

/** Of one change. */
const maxEvents = 200;

/** `siteBefore`: where an updated asset was before the change. */
export function eventsOf(
  account: SimulatedAccount,
  { updated, deleted }: Changed,
  siteBefore: (assetId: string) => string | null,
): WebhookEvent[] {
  const events: WebhookEvent[] = [];
  for (const assetId of updated) {
    if (events.length >= maxEvents) return events;
    const event = account.eventLog.lastOf(assetId);
    if (event !== undefined) events.push({ type: typeOf(event), data: event });
    const before = siteBefore(assetId);
    const after = account.asset(assetId)?.siteId ?? null;
    if (before === after) continue;
    if (before !== null) events.push({ type: "sites.asset.leave", data: { assetId, siteId: before } });
    if (after !== null) events.push({ type: "sites.asset.enter", data: { assetId, siteId: after } });
  }
  for (const assetId of deleted.slice(0, maxEvents - events.length))
    events.push({ type: "sites.asset.archive", data: { assetId } });
  return events;
}

function typeOf({ type, status }: { type: string; status: string }): string {
  const turned = status === "OPEN" ? "on" : "off";
  if (type === "ALERT") return `alerts.asset.${turned}`;
  return type === "FAULT" ? `faults.asset.${turned}` : "service-management.service-status.updated";
}
