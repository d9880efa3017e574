// Why a job could not be handed over, or is not taken.

import { defineError, FleetkeeperError } from "@fleetkeeper/model";

/** Something about Redis or a consumer; it may pass. */
export abstract class JobsError extends FleetkeeperError {}

/** Redis did not take the job, or did not confirm it, within the deadline. */
export class QueueUnavailableError extends defineError(JobsError, "ERR_QUEUE_UNAVAILABLE", "retry") {}

/** A consumer stopped, by an error or by a call. */
export class ConsumerStoppedError extends defineError(JobsError, "ERR_CONSUMER_STOPPED", "retry") {
  readonly restartHelps = true;
}

/** A consumer seems to be alive, but took no job although there was one for it. */
export class ConsumerIdleError extends defineError(JobsError, "ERR_CONSUMER_IDLE", "retry") {
  readonly restartHelps = true;
}
