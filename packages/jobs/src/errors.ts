// Why a job could not be handed over, or is not taken.

import { FleetkeeperError } from "@fleetkeeper/model";

/** Something about Redis or a consumer; it may pass. */
export abstract class JobsError extends FleetkeeperError {
  readonly remedy = "retry";
}

/** Redis did not take the job, or did not confirm it, within the deadline. */
export class QueueUnavailableError extends JobsError {
  readonly code = "ERR_QUEUE_UNAVAILABLE";
}

/** A consumer was stopped, on its own or by somebody. */
export class ConsumerStoppedError extends JobsError {
  readonly code = "ERR_CONSUMER_STOPPED";
  readonly restartHelps = true;
}

/** A consumer seems to be alive, but took no job although there was one for it. */
export class ConsumerIdleError extends JobsError {
  readonly code = "ERR_CONSUMER_IDLE";
  readonly restartHelps = true;
}
