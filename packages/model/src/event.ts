// What the publisher's own code is notified of by outgoing webhooks.

import { createHash, randomUUID } from "node:crypto";

/** All types, in the order of a life. */
export const eventTypes = [
  "account.installed",
  "account.reinstalled",
  "account.credential_refused",
  "account.credential_restored",
  "account.forgotten",
  "sync.succeeded",
  "sync.failing",
  "records.changed",
  "trackunit.webhook",
] as const;

/** What a receiver can be notified of, one by one. */
export type EventType = (typeof eventTypes)[number];

/** As it is written with the change that it reports. */
export interface AccountEvent {
  /** The same in each delivery: `webhook-id`. */
  id: string;
  /** `test`: an endpoint is tried out. */
  type: EventType | "test";
  at: Date;
  /** Plain JSON, without account and app, which every event has; no secret. */
  data: Record<string, unknown>;
}

/** For an event whose change is made once. */
export function newEventId(): string {
  return `evt_${randomUUID().replaceAll("-", "")}`;
}

/** For an event that may be made again for the same change: the same each time. `change` names the change. */
export function eventIdOf(change: string): string {
  return `evt_${createHash("sha256").update(change).digest("hex").slice(0, 32)}`;
}
