// Why a job could not be handed over.

export abstract class JobsError extends Error {
  abstract readonly code: string;
  readonly remedy = "retry";
}

/** Redis did not take the job, or did not confirm it, within the deadline. */
export class QueueUnavailableError extends JobsError {
  readonly code = "ERR_QUEUE_UNAVAILABLE";
}
