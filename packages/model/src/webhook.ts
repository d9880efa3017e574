// One of Trackunit's data webhooks, verified: what an event tells us, and what it set off.

import { createHash } from "node:crypto";
import type { SealedText } from "./callback.ts";
import type { InstallationId } from "./installation-id.ts";

/** A verified delivery, as it travels from ingress to worker. */
export interface WebhookDelivery {
  installationId: InstallationId;
  endpointId: string;
  /** The sender's id of the message (`svix-id`): the same in each delivery of it. */
  messageId: string;
  /** The event's type, where the payload says one; null otherwise. */
  type: string | null;
  receivedAt: Date;
  /** Of the body as received. */
  bytes: number;
  /** The body, sealed; at most its first 32 KiB. */
  sealedPayload: SealedText;
}

/**
 * What a delivery came to. `refreshed`: at least one sync was asked to run. `held`: the endpoint is paused.
 * `stopped`: none of the syncs may run, because the account or they are paused or its credential is refused.
 * `no-sync`: no sync names the type.
 */
export type WebhookOutcome = "refreshed" | "held" | "stopped" | "no-sync";

/**
 * What a sync that was asked to run will do. `soon`: it is due. `waiting`: a run that already waited reads it
 * too. `again`: it runs, and runs again after that. `later`: a limit or a failure keeps it back, the run that
 * follows reads it. `stopped`: an operator or a refused credential keeps it from running. `absent`: the
 * account has no such sync.
 */
export type RefreshAnswer = "soon" | "waiting" | "again" | "later" | "stopped" | "absent";

/** One of the syncs that an event set off, and what became of it. */
export interface RefreshedSync {
  sync: string;
  answer: RefreshAnswer;
  /** A run that begins after this has read the change that the event reported. */
  at: Date;
}

/** Enough of an endpoint's id to tell endpoints apart, and not to send to one: for people and for logs. */
export function shortEndpointId(endpointId: string): string {
  return `${endpointId.slice(0, 6)}…`;
}

/** Tells the messages of all endpoints apart: 32 hexadecimal digits. */
export function webhookKeyOf(endpointId: string, messageId: string): string {
  return createHash("sha256").update(`${endpointId}\n${messageId}`).digest("hex").slice(0, 32);
}
