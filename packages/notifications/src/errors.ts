// Why an operator could not be told.

import { defineError, FleetkeeperError } from "@fleetkeeper/model";

/**
 * The mail server did not take a message, or could not be reached. The message holds its answer's code, and
 * nothing else of it.
 */
export class MailNotSentError extends defineError(FleetkeeperError, "ERR_MAIL_NOT_SENT", "retry") {}

/** The webhook, or Slack, answered something else than 2xx. */
export class NotificationRefusedError extends defineError(
  FleetkeeperError,
  "ERR_NOTIFICATION_REFUSED",
  "retry",
) {
  constructor(status: number) {
    super(`the address answered ${status}`);
  }
}
