// The shapes of what outgoing webhooks are made of: what waits with the change it reports, the log of events
// per account, who is told, how far each of them has come in each account, and what was answered.

import type { AccountEvent, EventType, InstallationId, SealedText } from "@fleetkeeper/model";

/**
 * In the documents whose changes are reported: written with the change, and taken out when the log has it.
 */
export interface OutboxFields {
  /** The oldest first. */
  outbox?: AccountEvent[];
  /** When a worker looks at it next; null or absent while there is nothing to tell. */
  outboxAt?: Date | null;
}

/** Collection `eventLog`: what there is to report of an account, in the order in which it is told. */
export interface EventDocument extends Omit<AccountEvent, "id"> {
  /**
   * `<installation id>/<position, 12 digits>`: positions grow with time, also when the account is installed
   * again.
   */
  _id: string;
  id: string;
  installationId: InstallationId;
  /** Of the account when it was told: what carries a lower token is from before it was forgotten. */
  firstToken: number;
  /** The receivers that are to have it. */
  to: string[];
}

/** A signing secret of a receiver. */
export interface ReceiverSecret {
  sealed: SealedText;
  addedAt: Date;
  /** From then on nothing is signed with it; null for the newest. */
  until: Date | null;
}

/**
 * Why nothing is sent to a receiver: an operator's action, or failed deliveries, with the code of the
 * last one.
 */
export interface Disabled {
  why: "operator" | "failing" | "gone";
  code: string | null;
  at: Date;
}

/** Collection `eventReceivers`: addresses of the publisher's own code. */
export interface ReceiverDocument {
  /** `rcv_…`. */
  _id: string;
  url: string;
  /** For people. */
  description: string;
  events: EventType[];
  /** The one app whose accounts it is notified of; null: of all apps. */
  irisAppId: string | null;
  /** The newest first. */
  secrets: ReceiverSecret[];
  disabled: Disabled | null;
  /** Since when no delivery of any account succeeded; null while they do. */
  failingSince: Date | null;
  lastSuccessAt: Date | null;
  createdAt: Date;
  createdBy: string;
}

/** Collection `eventLanes`: how far one receiver has come in one account. */
export interface LaneDocument {
  /** `<installation id>/<receiver id>`. */
  _id: string;
  installationId: InstallationId;
  receiverId: string;
  firstToken: number;
  /** Position of the last event that it was notified of, or that was given up. */
  delivered: number;
  /** Positions that it is to be notified of again, before the others. */
  replays: number[];
  /** What it was not notified of happened then or later; absent while nothing waits. */
  waitsSince?: Date;
  /**
   * When a dispatcher looks at it next; null while nothing waits. While a job has it, the end of its lease.
   */
  dueAt: Date | null;
  /** Until when its first event waits after a failure; null while none does. */
  retryAt: Date | null;
  /**
   * Failed attempts at its first event, and when the first one was: later by the time for which the next ones
   * were overdue, as while no worker ran.
   */
  attempts: number;
  failingSince: Date | null;
  /**
   * Grows with each job that begins and each wish of an operator: what an earlier job writes then is not
   * written.
   */
  token: number;
  /** Grows with each look at what there is to tell: what arrived between two looks is not overlooked. */
  wakes: number;
  /** That the account was forgotten is still to be told: the lane outlives its data. */
  tellsForgotten?: true;
}

/** Collection `eventAttempts`: each attempt at a delivery. */
export interface AttemptDocument {
  /** `<installation id>/<time, ISO>-<random>`. */
  _id: string;
  installationId: InstallationId;
  firstToken: number;
  receiverId: string;
  eventId: string;
  type: AccountEvent["type"];
  position: number;
  /** Of this event, from 1. */
  attempt: number;
  at: Date;
  durationMs: number;
  outcome: "delivered" | "failed" | "given-up";
  /** Of the answer; null where none came. */
  status: number | null;
  /** Why it failed; null where it did not. */
  code: string | null;
  /** The beginning of the answer, without what looks like a secret. */
  answer: string;
  /** Of the next attempt; null where none follows. */
  nextAt: Date | null;
}
