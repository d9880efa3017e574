// How an endpoint for webhooks does: whether it has its key, when a delivery came last, and whether it is
// quiet for too long.

import type { WebhookRefusals } from "@fleetkeeper/jobs";
import type { WebhookOutcome } from "@fleetkeeper/model";
import { type EndpointStandingName, standingOf, type WebhookEndpointDocument } from "@fleetkeeper/store";
import type { Mood } from "./mood.ts";
import { duration } from "./times.ts";
import { counted } from "./words.ts";

/** The standing of an endpoint in words. */
export interface EndpointStanding {
  /** A word or two, for a badge. */
  label: EndpointStandingName;
  /** One sentence without a full stop. */
  text: string;
  mood: Mood;
}

/** How it does at `now`. */
export function endpointStanding(endpoint: WebhookEndpointDocument, now: Date): EndpointStanding {
  const { createdAt, lastDeliveryAt, deliveries } = endpoint;
  const label = standingOf(endpoint, now);
  const quiet = duration(now.getTime() - (lastDeliveryAt ?? createdAt).getTime());
  switch (label) {
    case "no key":
      return { label, text: "waits for its signing key and accepts no delivery before that", mood: "wait" };
    case "paused":
      return { label, text: "keeps deliveries and starts no sync", mood: "wait" };
    case "silent":
      return { label, text: `no webhook for ${quiet}; syncing by schedule`, mood: "bad" };
    case "waiting":
      return { label, text: `no webhook yet, since it was added ${quiet} ago`, mood: "wait" };
    case "receiving":
      return { label, text: `${counted(deliveries, "webhook")}, the last ${quiet} ago`, mood: "good" };
  }
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
  refreshed: { text: "started syncs", mood: "good" },
  held: { text: "held: the endpoint is paused", mood: "wait" },
  stopped: { text: "started no sync: the account or its syncs are stopped", mood: "wait" },
  "no-sync": { text: "kept: no sync names its type", mood: "wait" },
};
