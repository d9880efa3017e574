// The access token of one installation and the outcome of asking for one.

/**
 * An opaque bearer token. `scopes` are those that Trackunit granted, which may be fewer than were asked for.
 */
export interface AccessToken {
  accessToken: string;
  scopes: string[];
  issuedAt: Date;
  expiresAt: Date;
}

/** What the last request to the token endpoint came to; kept with the installation for the operator. */
export interface TokenResult {
  at: Date;
  outcome: "granted" | "refused" | "failed";
  /** Of the refusal or failure, for instance `ERR_TOKEN_INVALID_CLIENT`. */
  code?: string;
  expiresAt?: Date;
}
