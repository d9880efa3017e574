// Why no access token was had. A refused credential is told apart from everything that may pass. RFC 6749, section 5.2.

export abstract class TokenError extends Error {
  abstract readonly code: string;
  abstract readonly remedy: "retry" | "later" | "never";
}

/** Trackunit does not know this client or its secret (`invalid_client`): the app was uninstalled, or installed anew. */
export class CredentialRefusedError extends TokenError {
  readonly code = "ERR_TOKEN_INVALID_CLIENT";
  readonly remedy = "never";
}

/** The credential was refused before; nobody asks again but the prewarm, now and then. */
export class InstallationRevokedError extends TokenError {
  readonly code = "ERR_INSTALLATION_REVOKED";
  readonly remedy = "never";
}

/** The endpoint refuses the scopes asked for (`invalid_scope`): the app's manifest and TRACKUNIT_SCOPES differ. */
export class ScopeRefusedError extends TokenError {
  readonly code = "ERR_TOKEN_INVALID_SCOPE";
  readonly remedy = "retry";
}

/** Any other answer between 400 and 499. */
export class TokenRequestRejectedError extends TokenError {
  readonly code = "ERR_TOKEN_REJECTED";
  readonly remedy = "retry";
}

/** 429, or any refusal with a `Retry-After`. `retryAfterMs` is at least 1 000. */
export class TokenRateLimitedError extends TokenError {
  readonly code = "ERR_TOKEN_RATE_LIMITED";
  readonly remedy = "later";
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super("the token endpoint asks to wait");
    this.retryAfterMs = retryAfterMs;
  }
}

/** No answer, a cut connection, a time-out, or a status of 500 and above. `retryAfterMs`: the endpoint said how long. */
export class TokenEndpointUnavailableError extends TokenError {
  readonly code = "ERR_TOKEN_UNAVAILABLE";
  readonly remedy = "retry";
  readonly retryAfterMs?: number;

  constructor(
    message: string,
    { retryAfterMs, ...options }: ErrorOptions & { retryAfterMs?: number | undefined } = {},
  ) {
    super(message, options);
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}

/** A 200 that does not hold a token. */
export class TokenResponseError extends TokenError {
  readonly code = "ERR_TOKEN_RESPONSE";
  readonly remedy = "retry";
}

/** Another process has been asking for the same token for longer than a request can take. */
export class TokenBusyError extends TokenError {
  readonly code = "ERR_TOKEN_BUSY";
  readonly remedy = "retry";
}
