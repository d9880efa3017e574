// Why the store refused a write, or an address of MongoDB.

import { FleetkeeperError } from "@fleetkeeper/model";

/**
 * The run no longer holds the lease: another start of the same sync has a newer fencing token. Whatever it
 * was about to write is not written.
 */
export class LeaseLostError extends FleetkeeperError {
  readonly code = "ERR_LEASE_LOST";
  readonly remedy = "never";

  constructor() {
    super("another run of this sync has taken over");
  }
}

/** A newer version of Fleetkeeper has stored what this one cannot work with. */
export class SchemaTooNewError extends FleetkeeperError {
  readonly code = "ERR_SCHEMA_TOO_NEW";
  readonly remedy = "never";

  constructor({ stored, needs, known }: { stored: number; needs: number; known: number }) {
    super(
      `the database has schema version ${stored}, which needs a Fleetkeeper that knows version ${needs}; this one knows ${known}`,
    );
  }
}

/** There is no such installation, or it was forgotten in the meantime. */
export class UnknownInstallationError extends FleetkeeperError {
  readonly code = "ERR_UNKNOWN_INSTALLATION";
  readonly remedy = "never";
}

/** Documents of a run kept changing while it tried to write them. */
export class WriteConflictError extends FleetkeeperError {
  readonly code = "ERR_WRITE_CONFLICT";
  readonly remedy = "retry";
}

/** MongoDB did not take a write in time: it is away, no primary, full, or the user may only read. */
export class StoreUnavailableError extends FleetkeeperError {
  readonly code = "ERR_STORE_UNAVAILABLE";
  readonly remedy = "retry";
}

/** Others kept changing the same document. */
export class WriteContendedError extends FleetkeeperError {
  readonly code = "ERR_WRITE_CONTENDED";
  readonly remedy = "retry";

  constructor() {
    super("others kept changing the same document");
  }
}

/**
 * Installs of the account wait to prove themselves, as many as may; this one waits in its job until one of
 * them was tried.
 */
export class CandidatesFullError extends FleetkeeperError {
  readonly code = "ERR_CANDIDATES_FULL";
  readonly remedy = "retry";
}

/** The account is being forgotten: what was installed since begins when that is done. */
export class AccountBeingForgottenError extends FleetkeeperError {
  readonly code = "ERR_ACCOUNT_BEING_FORGOTTEN";
  readonly remedy = "later";

  constructor() {
    super("the account's data is being deleted; the new install waits for that", { retryAfterMs: 5_000 });
  }
}

/**
 * The text is no address of MongoDB. The message says what is wrong with it, and holds no more of it than an
 * option's name.
 */
export class MongodbUrlError extends FleetkeeperError {
  readonly code = "ERR_MONGODB_URL";
  readonly remedy = "never";
}

/** An account has as many endpoints for webhooks as it may have. */
export class TooManyEndpointsError extends FleetkeeperError {
  readonly code = "ERR_TOO_MANY_ENDPOINTS";
  readonly remedy = "never";
}

/** MongoDB's code for a document whose `_id` (or other unique key) exists. */
export const duplicateKey = 11_000;

/**
 * Whether MongoDB refused an insert because the `_id` exists (also as the only kind of failure of a bulk
 * write).
 */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === duplicateKey;
}
