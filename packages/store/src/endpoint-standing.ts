// How an endpoint for webhooks does, in one word: whether it has its key, and whether it is quiet for longer
// than usual.

import type { WebhookEndpointDocument } from "./documents.ts";

/** From what needs an operator to what is well. */
export const endpointStandings = ["no key", "silent", "paused", "waiting", "receiving"] as const;

/**
 * `no key`: takes no delivery before it has one. `silent`: nothing came for longer than usual. `paused`:
 * keeps deliveries and starts no sync. `waiting`: nothing has come yet, and that is not long. `receiving`:
 * all is well.
 */
export type EndpointStandingName = (typeof endpointStandings)[number];

/** What it depends on. */
export type EndpointLife = Pick<
  WebhookEndpointDocument,
  "state" | "createdAt" | "lastDeliveryAt" | "usualGapMs"
> & { keys: readonly unknown[] };

/** Quiet for less is usual for anybody. */
const leastSilenceMs = 24 * 3_600_000;
/** A silence this many times longer than any recent one is unusual. */
const silenceFactor = 3;

/** How it does at `now`. */
export function standingOf(endpoint: EndpointLife, now: Date): EndpointStandingName {
  const { state, keys, createdAt, lastDeliveryAt, usualGapMs } = endpoint;
  if (keys.length === 0) return "no key";
  if (state === "paused") return "paused";
  const quietMs = now.getTime() - (lastDeliveryAt ?? createdAt).getTime();
  if (quietMs > Math.max(leastSilenceMs, silenceFactor * usualGapMs)) return "silent";
  return lastDeliveryAt === null ? "waiting" : "receiving";
}
