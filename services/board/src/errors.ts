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

/** A login by OpenID Connect that leads nowhere. */
export abstract class OidcError extends BoardError {}

/** The provider does not answer, or says that it cannot now. */
export class OidcAwayError extends OidcError {
  readonly code = "ERR_OIDC_AWAY";
  readonly statusCode = 503;
  override readonly remedy = "later";

  constructor() {
    super("The login service does not answer. Try again in a moment, or log in by password.");
  }
}

/** What came back belongs to no login that this browser has under way. */
export class OidcStateError extends OidcError {
  readonly code = "ERR_OIDC_STATE";
  readonly statusCode = 400;

  constructor() {
    super("This login took too long, was used already or began in another window. Begin again.");
  }
}

/** The provider says no, or the person went no further there. */
export class OidcDeniedError extends OidcError {
  readonly code = "ERR_OIDC_DENIED";
  readonly statusCode = 403;

  constructor() {
    super("The login service did not let you through, or you stopped there.");
  }
}

/** The provider's answer, or its ID token, does not pass the checks. */
export class OidcAnswerError extends OidcError {
  readonly code = "ERR_OIDC_ANSWER";
  readonly statusCode = 502;

  constructor() {
    super("The answer of the login service did not pass the checks here. The log says which one.");
  }
}

/** The provider knows the person; none of its roles is one of the board's. */
export class OidcNoRoleError extends OidcError {
  readonly code = "ERR_OIDC_NO_ROLE";
  readonly statusCode = 403;

  constructor() {
    super(
      "The login service knows you, but gives you no role for this board. Ask whoever manages the roles there.",
    );
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
