// How an endpoint for webhooks does: whether it has its key, when a delivery came last, and whether it is quiet for too long.

import type { WebhookRefusals } from "@fleetkeeper/jobs";
import type { WebhookOutcome } from "@fleetkeeper/model";
import type { WebhookEndpointDocument } from "@fleetkeeper/store";
import type { Mood } from "./mood.ts";
import { duration } from "./times.ts";
import { counted } from "./words.ts";

export interface EndpointStanding {
  /** A word or two, for a badge. */
  label: "no key" | "paused" | "silent" | "waiting" | "receiving";
  /** One sentence without a full stop. */
  text: string;
  mood: Mood;
}

/** Quiet for less is usual for anybody. */
const leastSilenceMs = 24 * 3_600_000;
/** So many times longer than ever lately is unusual. */
const silenceFactor = 3;

/** Whether it has been quiet for longer than usual. */
export function isSilent(
  { state, keys, createdAt, lastDeliveryAt, usualGapMs }: WebhookEndpointDocument,
  now: Date,
): boolean {
  if (state !== "active" || keys.length === 0) return false;
  const quietMs = now.getTime() - (lastDeliveryAt ?? createdAt).getTime();
  return quietMs > Math.max(leastSilenceMs, silenceFactor * usualGapMs);
}

export function endpointStanding(endpoint: WebhookEndpointDocument, now: Date): EndpointStanding {
  const { state, keys, createdAt, lastDeliveryAt, deliveries } = endpoint;
  if (keys.length === 0)
    return { label: "no key", text: "waits for its signing key and takes no delivery before", mood: "wait" };
  if (state === "paused")
    return { label: "paused", text: "keeps deliveries and sets nothing off", mood: "wait" };
  const quiet = duration(now.getTime() - (lastDeliveryAt ?? createdAt).getTime());
  if (isSilent(endpoint, now))
    return { label: "silent", text: `no webhook for ${quiet}; syncing by schedule`, mood: "bad" };
  if (lastDeliveryAt === null)
    return { label: "waiting", text: `no webhook yet, since it was added ${quiet} ago`, mood: "wait" };
  return {
    label: "receiving",
    text: `${counted(deliveries, "webhook")}, the last ${quiet} ago`,
    mood: "good",
  };
}

/** Such as `3 refused: signature 2, too old 1`; undefined where none was. */
export function describeRefusals({ byReason }: WebhookRefusals): string | undefined {
  const reasons = Object.entries(byReason).sort(([, a], [, b]) => b - a);
  if (reasons.length === 0) return undefined;
  const total = reasons.reduce((sum, [, count]) => sum + count, 0);
  return `${total} refused: ${reasons.map(([reason, count]) => `${reason} ${count}`).join(", ")}`;
}

/** What a delivery came to, in words and with its mood. */
export const outcomesInWords: Record<WebhookOutcome, { text: string; mood: Mood }> = {
  refreshed: { text: "set off syncs", mood: "good" },
  held: { text: "held: the endpoint is paused", mood: "wait" },
  stopped: { text: "set off nothing: the account or its syncs are stopped", mood: "wait" },
  "no-sync": { text: "kept: no sync names its type", mood: "wait" },
};
