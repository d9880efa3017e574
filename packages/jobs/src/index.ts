// The queues between the services. Hides BullMQ.

export {
  forgetSeenCallbacks,
  type InboxEntry,
  noteCallback,
  readCallbackInbox,
  type SeenCallback,
} from "./callback-inbox.ts";
export {
  type ConsumeOptions,
  type Consumer,
  consume,
  type Progress,
  type Task,
  type Verdict,
} from "./consume.ts";
export { ConsumerIdleError, ConsumerStoppedError, JobsError, QueueUnavailableError } from "./errors.ts";
export type { FailedJob } from "./failed-jobs.ts";
export { type AroundPart, createHandIn, type DurableQueue, forWaits, type Promised } from "./hand-in.ts";
export { type ProofOptions, proveConsumer } from "./prove-consumer.ts";
export { createQueueSet, type QueueSet } from "./queue-set.ts";
export { loadQueueTelemetry, type QueueTelemetry } from "./queue-telemetry.ts";
export {
  type ForgetPayload,
  type InstallPayload,
  installJobId,
  installOf,
  type Payloads,
  type QueueName,
  queueNames,
  type SyncToStart,
  storedPayload,
  type UnrecognisedPayload,
  unrecognisedOf,
  webhookDeliveryOf,
} from "./queues.ts";
export { type SafetyOfWrites, waitForWrites } from "./wait-for-writes.ts";
export { countWebhookRefusal, readWebhookRefusals, type WebhookRefusals } from "./webhook-refusals.ts";
export { createWriteBarrier } from "./write-barrier.ts";
