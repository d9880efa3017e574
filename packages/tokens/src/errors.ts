// Why no access token was obtained. A refused credential is told apart from everything that may pass. RFC
// 6749, section 5.2.

import { FleetkeeperError } from "@fleetkeeper/model";

/** No token was obtained; `code` says why. */
export abstract class TokenError extends FleetkeeperError {}

/**
 * Trackunit does not know this client or its secret (`invalid_client`): the app was uninstalled, or installed
 * anew.
 */
export class CredentialRefusedError extends TokenError {
  readonly code = "ERR_TOKEN_INVALID_CLIENT";
  readonly remedy = "never";
}

/** The credential was refused before; nobody asks again but the prewarm, now and then. */
export class InstallationRevokedError extends TokenError {
  readonly code = "ERR_INSTALLATION_REVOKED";
  readonly remedy = "never";
}

/**
 * The endpoint refuses the scopes asked for (`invalid_scope`): the app's manifest and TRACKUNIT_SCOPES
 * differ.
 */
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
  declare readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super("the token endpoint asks to wait", { retryAfterMs });
  }
}

/**
 * No answer, a cut connection, a time-out, or a status of 500 and above. `retryAfterMs`: the endpoint said
 * how long.
 */
export class TokenEndpointUnavailableError extends TokenError {
  readonly code = "ERR_TOKEN_UNAVAILABLE";
  readonly remedy = "retry";
}

/** A 200 that does not hold a token. */
export class TokenResponseError extends TokenError {
  readonly code = "ERR_TOKEN_RESPONSE";
  readonly remedy = "retry";
}

/** A token with characters that no HTTP header may hold. */
export class TokenCharactersError extends TokenError {
  readonly code = "ERR_TOKEN_CHARACTERS";
  readonly remedy = "retry";
}

/** An operator has paused the account: no token is asked for on its behalf. */
export class InstallationPausedError extends TokenError {
  readonly code = "ERR_INSTALLATION_PAUSED";
  readonly remedy = "later";
  override readonly retryAfterMs = 60_000;
}

/** No credential of the account has proved itself yet: there is none to ask with. */
export class CredentialPendingError extends TokenError {
  readonly code = "ERR_TOKEN_CREDENTIAL_PENDING";
  readonly remedy = "later";
  override readonly retryAfterMs = 30_000;
}

/** The stored credential is older than the install that the caller knows of. */
export class CredentialOutdatedError extends TokenError {
  readonly code = "ERR_TOKEN_CREDENTIAL_OUTDATED";
  readonly remedy = "retry";
}

/**
 * Nothing was asked: a request for this token failed a short time ago, with this `code`, and its wait holds
 * for all who ask.
 */
export class TokenHeldError extends TokenError {
  readonly code: string;
  readonly remedy = "later";
  declare readonly retryAfterMs: number;

  constructor({ code, message, retryAfterMs }: { code: string; message: string; retryAfterMs: number }) {
    super(message, { retryAfterMs });
    this.code = code;
  }
}

/** Nothing was asked: the token endpoint is out of order for every account, or others are before this one. */
export class TokenEndpointPacedError extends TokenError {
  readonly code = "ERR_TOKEN_ENDPOINT_PACED";
  readonly remedy = "later";
  declare readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super("the token endpoint is asked slowly, after an outage or because many ask", { retryAfterMs });
  }
}

/** Another process has been asking for the same token for longer than a request can take. */
export class TokenBusyError extends TokenError {
  readonly code = "ERR_TOKEN_BUSY";
  readonly remedy = "retry";
}
