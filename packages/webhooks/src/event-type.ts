// The type of an event. Trackunit documents the types and no payload, so that a payload may or may not say
// which it is of.

/** Those that Trackunit documents. Others are taken as they come. */
export const knownEventTypes = [
  "alerts.asset.on",
  "alerts.asset.off",
  "faults.asset.on",
  "faults.asset.off",
  "service-management.service-status.updated",
  "sites.asset.enter",
  "sites.asset.leave",
  "sites.asset.archive",
] as const;

/** Where senders put it: Standard Webhooks' `type`, and what others are seen to use. */
const fields = ["type", "eventType", "event_type", "event"];

/**
 * What the payload says of its type: the first of the usual fields that holds a word; null for anything else,
 * which is not an error.
 */
export function eventTypeOf(body: Buffer): string | null {
  const payload = parsed(body);
  if (typeof payload !== "object" || payload === null) return null;
  for (const field of fields) {
    const value = Object.hasOwn(payload, field) ? (payload as Record<string, unknown>)[field] : undefined;
    if (typeof value === "string" && /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(value)) return value;
  }
  return null;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}

/** `pattern`: a type, or its beginning and `.*`, such as `alerts.asset.*`. */
export function matchesEvent(pattern: string, type: string): boolean {
  return pattern.endsWith(".*") ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}
