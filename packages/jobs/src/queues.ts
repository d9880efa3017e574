// The queues, what their jobs carry, and how long ended jobs are kept. Job data is readable in Redis and on
// the board: it holds sealed values only.

import type {
  Generation,
  Install,
  InstallationId,
  SealedCallback,
  SyncId,
  UnrecognisedCallback,
  WebhookDelivery,
} from "@fleetkeeper/model";
import { webhookKeyOf } from "@fleetkeeper/model";
import type { DefaultJobOptions } from "bullmq";
import { goingOn } from "./queue-telemetry.ts";

/** All queues. */
export const queueNames = ["install", "forget", "prewarm", "dispatch", "sync", "webhook", "notify"] as const;

/** The name of a queue; its key in Redis is another one, see `redisKeys`. */
export type QueueName = (typeof queueNames)[number];

type AsJson<T> = { [Key in keyof T]: T[Key] extends Date ? string : T[Key] };

/** Queue `install`: a verified callback. */
export type InstallPayload = AsJson<Install> & { kind: "install" };

/** A verified callback of a type that we do not know, sealed. */
export type UnrecognisedPayload = AsJson<UnrecognisedCallback> & { kind: "unrecognised" };

/**
 * Queue `forget`, which only those may write who have an operator: the account's credential and data are to
 * go.
 */
export interface ForgetPayload {
  installationId: InstallationId;
  /** The entry of the audit log that says who asked for it, and when: without it nothing is deleted. */
  auditId: string;
  /** The second time: for what a slice in progress still wrote after the first. */
  again?: boolean;
}

/** `signature`: of the ingress, over all the rest, as `createJobSign` or `createSign` makes it. */
type Signed<Payload> = Payload & { signature?: unknown };

/** What is left of a callback whose sealed text is in MongoDB. `stored`: what became of it. */
export type StoredPayload = (
  | Omit<InstallPayload, "sealedCredential">
  | Omit<UnrecognisedPayload, "sealedBody">
) & { stored: string };

/** What a job of each queue carries, as JSON: no secret in clear. */
export interface Payloads {
  install: Signed<InstallPayload | UnrecognisedPayload> | StoredPayload;
  forget: ForgetPayload;
  /**
   * Make sure of a fresh token of this generation; with `newerThan`, of one issued after that (ISO 8601),
   * because an older one was refused or is too near its end; with `renew`, request a new one even if one is
   * there or was refused; with `keepWarm`, only if anybody will use it; with `prove`, find out which of the
   * account's candidates takes over instead.
   */
  prewarm: {
    installationId: InstallationId;
    generation: Generation;
    renew?: boolean;
    newerThan?: string;
    prove?: boolean;
    keepWarm?: boolean;
  };
  /** Nothing: look for what is due. */
  dispatch: Record<string, never>;
  /** Start these syncs, which are due. */
  sync: { syncs: SyncToStart[] };
  /**
   * A verified delivery of Trackunit's webhooks; or the id of one that is kept and is to start its syncs
   * again.
   */
  webhook: AsJson<WebhookDelivery> | { installationId: InstallationId; replay: string };
  /** Tell a receiver what waits for it of one account. */
  notify: { installationId: InstallationId; receiverId: string };
}

/** Good for one start only: while the sync's fencing token is still this one. */
export interface SyncToStart {
  syncId: SyncId;
  fencingToken: number;
  /** Where the trace is that its slice continues in, if any. */
  traceparent?: string;
}

const day = 24 * 60 * 60;

/**
 * Installs repeat for as long as `retry.ts` says and stay when they failed, for an operator to retry: the
 * credential in them exists nowhere else, until it is stored and leaves them. The same for what an operator
 * wants forgotten. The other jobs are only triggers for what MongoDB holds, so nothing is lost with them.
 */
export const jobOptions: Record<QueueName, DefaultJobOptions> = {
  install: {
    attempts: 1_000_000,
    backoff: { type: "verdict" },
    removeOnComplete: { age: 7 * day, count: 10_000 },
    removeOnFail: false,
  },
  forget: {
    attempts: 1_000_000,
    backoff: { type: "verdict" },
    removeOnComplete: { age: 7 * day, count: 1_000 },
    removeOnFail: false,
  },
  prewarm: {
    attempts: 3,
    backoff: { type: "verdict" },
    removeOnComplete: { age: day, count: 1_000 },
    removeOnFail: { age: 7 * day, count: 1_000 },
  },
  dispatch: { attempts: 1, removeOnComplete: { count: 20 }, removeOnFail: { count: 100 } },
  sync: {
    attempts: 3,
    backoff: { type: "verdict" },
    removeOnComplete: { age: day, count: 1_000 },
    removeOnFail: { age: 7 * day, count: 1_000 },
  },
  // As an install, for it was answered 202 too. What is stored is not kept here a second time.
  webhook: {
    attempts: 1_000_000,
    backoff: { type: "verdict" },
    removeOnComplete: true,
    removeOnFail: false,
  },
  notify: {
    attempts: 3,
    backoff: { type: "verdict" },
    removeOnComplete: true,
    removeOnFail: { age: 7 * day, count: 1_000 },
  },
};

/** The name of a job without a handler: a consumer that takes it has proved that it takes jobs. */
export const probeName = "health probe";

/** Job ids hold no `:` and are not integers. */
export function installJobId(installationId: InstallationId, contentHash: string): string {
  return `${installationId}.${contentHash.slice(0, 32)}`;
}

/** As the job carries it: dates as text. */
export function toPayload(callback: SealedCallback): InstallPayload | UnrecognisedPayload {
  const { contentHash: _, ...rest } = callback;
  return { ...rest, receivedAt: rest.receivedAt.toISOString() };
}

/**
 * In their order, each going on in its trace, if any; proofs, for which a customer waits, at the head of the
 * queue.
 */
export function prewarmJobsOf(
  payloads: readonly Payloads["prewarm"][],
  traces: readonly (string | undefined)[],
) {
  const isFirst = payloads[0]?.prove === true;
  const jobs = payloads.map((data, index) => ({
    name: "prewarm",
    data,
    opts: { ...goingOn(traces[index]), lifo: isFirst },
  }));
  // Of those that go to the head the last one comes first.
  return isFirst ? jobs.reverse() : jobs;
}

/** A receiver has one job for an account at a time. */
export function notifyJobOf(data: Payloads["notify"]) {
  const id = `${data.installationId} ${data.receiverId}`;
  return { name: "notify", data, opts: { deduplication: { id } } };
}

/** A repeated delivery of one message is one job, as long as that is in the queue. */
export function webhookJobId({ installationId, endpointId, messageId }: WebhookDelivery): string {
  return `${installationId}.webhook.${webhookKeyOf(endpointId, messageId)}`;
}

/** As the job carries it: dates as text. */
export function webhookPayloadOf(delivery: WebhookDelivery): AsJson<WebhookDelivery> {
  return { ...delivery, receivedAt: delivery.receivedAt.toISOString() };
}

/** The way back from `webhookPayloadOf`. */
export function webhookDeliveryOf(payload: AsJson<WebhookDelivery>): WebhookDelivery {
  return { ...payload, receivedAt: new Date(payload.receivedAt) };
}

/** The way back from `toPayload`, of an install. */
export function installOf(payload: InstallPayload): Install {
  const { kind: _, ...install } = payload;
  return { ...install, receivedAt: new Date(install.receivedAt) };
}

/** Without its sealed text, which is no longer needed from here on. */
export function storedPayload(
  { signature: _, ...payload }: Signed<InstallPayload | UnrecognisedPayload>,
  stored: string,
): StoredPayload {
  if (payload.kind === "unrecognised") {
    const { sealedBody: __, ...rest } = payload;
    return { ...rest, stored };
  }
  const { sealedCredential: __, ...rest } = payload;
  return { ...rest, stored };
}

/** The way back from `toPayload`, of any other callback. */
export function unrecognisedOf(payload: UnrecognisedPayload): UnrecognisedCallback {
  const { kind: _, ...callback } = payload;
  return { ...callback, receivedAt: new Date(callback.receivedAt) };
}
