// Why the board refuses a request. `statusCode` is the HTTP status; no message holds a secret or a user's input.

export abstract class BoardError extends Error {
  abstract readonly code: string;
  abstract readonly statusCode: number;
  readonly remedy: "never" | "later" = "never";
}

/** Nobody is logged in. */
export class NotLoggedInError extends BoardError {
  readonly code = "ERR_NOT_LOGGED_IN";
  readonly statusCode = 401;

  constructor() {
    super("Log in first.");
  }
}

/** User and password do not belong together; which of the two is wrong stays open. */
export class WrongPasswordError extends BoardError {
  readonly code = "ERR_WRONG_PASSWORD";
  readonly statusCode = 401;

  constructor() {
    super("User or password is wrong.");
  }
}

/** Too many wrong guesses from here. */
export class TooManyTriesError extends BoardError {
  readonly code = "ERR_TOO_MANY_TRIES";
  readonly statusCode = 429;
  override readonly remedy = "later";
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super(`Too many tries. The next one counts in ${Math.ceil(retryAfterMs / 60_000)} min.`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** A request that changes something came from a page of another site, or its form's token is not ours. */
export class ForgedRequestError extends BoardError {
  readonly code = "ERR_FORGED_REQUEST";
  readonly statusCode = 403;

  constructor() {
    super("The request did not come from a page of this board, or the page was out of date.");
  }
}

/** The role may look, not change. */
export class ReadOnlyRoleError extends BoardError {
  readonly code = "ERR_READ_ONLY_ROLE";
  readonly statusCode = 403;

  constructor() {
    super("A viewer can look at everything and change nothing.");
  }
}

/** The Bull board offers it, this board does not. */
export class OperationOffError extends BoardError {
  readonly code = "ERR_OPERATION_OFF";
  readonly statusCode = 403;

  constructor() {
    super("This is turned off here: jobs are retried, promoted and paused, not added, edited or emptied.");
  }
}

export class NotFoundError extends BoardError {
  readonly code = "ERR_NOT_FOUND";
  readonly statusCode = 404;

  constructor() {
    super("There is no such page.");
  }
}

/** An address of the list that no page of the list has. */
export class BadAddressError extends BoardError {
  readonly code = "ERR_BAD_ADDRESS";
  readonly statusCode = 400;

  constructor() {
    super("The address is damaged. Begin at the first page of the list.");
  }
}

/** What was filled into a form cannot be used; the message says what can. */
export class BadFormError extends BoardError {
  readonly code = "ERR_BAD_FORM";
  readonly statusCode = 400;
}

/** More live pages are open than this board serves; the page itself is there, and a reload brings it up to date. */
export class TooManyStreamsError extends BoardError {
  readonly code = "ERR_TOO_MANY_STREAMS";
  readonly statusCode = 503;
  override readonly remedy = "later";

  constructor() {
    super("Too many pages are kept up to date at the same time.");
  }
}

/** MongoDB does not answer. */
export class StoreDownError extends BoardError {
  readonly code = "ERR_STORE_DOWN";
  readonly statusCode = 503;
  override readonly remedy = "later";

  constructor(options?: ErrorOptions) {
    super("MongoDB does not answer. The queues can still be seen; try again when it is back.", options);
  }
}
