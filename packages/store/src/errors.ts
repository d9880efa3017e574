// Why the store refused a write, or an address of MongoDB.

import { defineError, FleetkeeperError } from "@fleetkeeper/model";

/**
 * The run no longer holds the lease: another start of the same sync has a newer fencing token. Whatever it
 * was about to write is not written.
 */
export class LeaseLostError extends defineError(FleetkeeperError, "ERR_LEASE_LOST", "never") {
  constructor() {
    super("another run of this sync has taken over");
  }
}

/** A newer version of Fleetkeeper has stored what this one cannot work with. */
export class SchemaTooNewError extends defineError(FleetkeeperError, "ERR_SCHEMA_TOO_NEW", "never") {
  constructor({ stored, needs, known }: { stored: number; needs: number; known: number }) {
    super(
      `the database has schema version ${stored}, which needs a Fleetkeeper that knows version ${needs}; this one knows ${known}`,
    );
  }
}

/** There is no such installation, or it was forgotten in the meantime. */
export class UnknownInstallationError extends defineError(
  FleetkeeperError,
  "ERR_UNKNOWN_INSTALLATION",
  "never",
) {}

/** Documents of a run kept changing while it tried to write them. */
export class WriteConflictError extends defineError(FleetkeeperError, "ERR_WRITE_CONFLICT", "retry") {}

/** MongoDB did not accept a write in time: it is away, no primary, full, or the user may only read. */
export class StoreUnavailableError extends defineError(FleetkeeperError, "ERR_STORE_UNAVAILABLE", "retry") {}

/** Others kept changing the same document. */
export class WriteContendedError extends defineError(FleetkeeperError, "ERR_WRITE_CONTENDED", "retry") {
  constructor() {
    super("other writers kept changing the same document");
  }
}

/**
 * Installs of the account wait to prove themselves, as many as may; this one waits in its job until one of
 * them was tried.
 */
export class CandidatesFullError extends defineError(FleetkeeperError, "ERR_CANDIDATES_FULL", "retry") {}

/** The account is being forgotten: what was installed since begins when that is done. */
export class AccountBeingForgottenError extends defineError(
  FleetkeeperError,
  "ERR_ACCOUNT_BEING_FORGOTTEN",
  "later",
) {
  constructor() {
    super("the account's data is being deleted; the new install waits for that", { retryAfterMs: 5_000 });
  }
}

/**
 * The text is not an address of MongoDB. The message says what is wrong with it, and holds no more of it than
 * an option's name.
 */
export class MongodbUrlError extends defineError(FleetkeeperError, "ERR_MONGODB_URL", "never") {}

/** An account has as many endpoints for webhooks as it may have. */
export class TooManyEndpointsError extends defineError(FleetkeeperError, "ERR_TOO_MANY_ENDPOINTS", "never") {}

/** MongoDB's code for a document whose `_id` (or other unique key) exists. */
export const duplicateKey = 11_000;

/**
 * Whether MongoDB refused an insert because the `_id` exists (also as the only kind of failure of a bulk
 * write).
 */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === duplicateKey;
}
