// Why no access token was obtained. A refused credential is told apart from everything that may pass. RFC
// 6749, section 5.2.

import { defineError, FleetkeeperError } from "@fleetkeeper/model";

/** No token was obtained; `code` says why. */
export abstract class TokenError extends FleetkeeperError {}

/**
 * Trackunit does not know this client or its secret (`invalid_client`): the app was uninstalled, or installed
 * again.
 */
export class CredentialRefusedError extends defineError(TokenError, "ERR_TOKEN_INVALID_CLIENT", "never") {}

/** The credential was refused before; only the prewarm tries it again, now and then. */
export class InstallationRevokedError extends defineError(TokenError, "ERR_INSTALLATION_REVOKED", "never") {}

/**
 * The endpoint refuses the scopes asked for (`invalid_scope`): the app's manifest and TRACKUNIT_SCOPES
 * differ.
 */
export class ScopeRefusedError extends defineError(TokenError, "ERR_TOKEN_INVALID_SCOPE", "retry") {}

/** Any other answer between 400 and 499. */
export class TokenRequestRejectedError extends defineError(TokenError, "ERR_TOKEN_REJECTED", "retry") {}

/** 429, or any refusal with a `Retry-After`. `retryAfterMs` is at least 1 000. */
export class TokenRateLimitedError extends defineError(TokenError, "ERR_TOKEN_RATE_LIMITED", "later") {
  declare readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super("the token endpoint asks us to wait", { retryAfterMs });
  }
}

/**
 * No answer, a cut connection, a time-out, or a status of 500 and above. `retryAfterMs`: the endpoint said
 * how long.
 */
export class TokenEndpointUnavailableError extends defineError(
  TokenError,
  "ERR_TOKEN_UNAVAILABLE",
  "retry",
) {}

/** A 200 that does not hold a token. */
export class TokenResponseError extends defineError(TokenError, "ERR_TOKEN_RESPONSE", "retry") {}

/** A token with characters that no HTTP header may hold. */
export class TokenCharactersError extends defineError(TokenError, "ERR_TOKEN_CHARACTERS", "retry") {}

/** An operator has paused the account: no token is asked for on its behalf. */
export class InstallationPausedError extends defineError(TokenError, "ERR_INSTALLATION_PAUSED", "later") {
  override readonly retryAfterMs = 60_000;
}

/** No credential of the account has proved itself yet: there is none to ask with. */
export class CredentialPendingError extends defineError(TokenError, "ERR_TOKEN_CREDENTIAL_PENDING", "later") {
  override readonly retryAfterMs = 30_000;
}

/** The stored credential is older than the install that the caller knows of. */
export class CredentialOutdatedError extends defineError(
  TokenError,
  "ERR_TOKEN_CREDENTIAL_OUTDATED",
  "retry",
) {}

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
export class TokenEndpointPacedError extends defineError(TokenError, "ERR_TOKEN_ENDPOINT_PACED", "later") {
  declare readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super("requests to the token endpoint are slowed down, after an outage or because there are many", {
      retryAfterMs,
    });
  }
}

/** Another process has been asking for the same token for longer than a request can take. */
export class TokenBusyError extends defineError(TokenError, "ERR_TOKEN_BUSY", "retry") {}
