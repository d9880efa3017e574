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
