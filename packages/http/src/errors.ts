// Why an outbound request brought no answer that can be read. Its sender turns each into an error of its own.

import { defineError, FleetkeeperError } from "@fleetkeeper/model";

/** No message holds a secret, a query or anything of a body. */
export abstract class HttpError extends FleetkeeperError {}

/**
 * No whole answer came: no connection, a connection that broke, a time-out, or a certificate that is not
 * trusted.
 */
export class NoAnswerError extends defineError(HttpError, "ERR_HTTP_NO_ANSWER", "retry") {}

/** The body is longer than its reader takes, as it came or after it was decoded. */
export class AnswerTooLongError extends defineError(HttpError, "ERR_HTTP_ANSWER_TOO_LONG", "never") {
  constructor(limitBytes: number) {
    super(`the answer is longer than ${limitBytes} bytes`);
  }
}

/** The body has a content encoding that was not asked for, or is not what its encoding says. */
export class AnswerEncodingError extends defineError(HttpError, "ERR_HTTP_ENCODING", "retry") {}

/**
 * 301, 302, 303, 307 or 308. Not followed: the request carries a secret that was meant for the configured
 * address.
 */
export class RedirectError extends defineError(HttpError, "ERR_HTTP_REDIRECT", "never") {
  readonly status: number;

  /** `origin` is where the redirect leads, when it says so in a way that can be read. */
  constructor(status: number, origin: string | undefined) {
    super(
      `the answer is a redirect (${status}) to ${origin ?? "an unreadable address"}, which is not followed`,
    );
    this.status = status;
  }
}

/** The URL is of a kind that is never asked: no https, or with a user or a password. Nothing was sent. */
export class UrlRefusedError extends defineError(HttpError, "ERR_HTTP_URL_REFUSED", "never") {}

/**
 * The host is, or its name leads to, no address on the public Internet. Nothing was sent; no address is
 * named.
 */
export class AddressRefusedError extends defineError(HttpError, "ERR_HTTP_ADDRESS_REFUSED", "never") {
  constructor() {
    super("the host has no address on the public Internet");
  }
}
