// Why a command was not carried out: each cause with its code, its exit code and what to do.

import { FleetkeeperError } from "@fleetkeeper/model";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

export abstract class CliError extends FleetkeeperError {
  abstract readonly exitCode: ExitCode;
  readonly remedy = "never";
  /** What the user can do, as a sentence; undefined where the message says it. */
  readonly advice: string | undefined;

  constructor(message: string, options: { advice?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.advice = options.advice;
  }
}

/** A value of an option or argument that cannot be meant. */
export class UsageError extends CliError {
  readonly code = "ERR_USAGE";
  readonly exitCode = exitCodes.usage;
}

/** A destructive command was neither confirmed on a terminal nor by `--yes`. */
export class NotConfirmedError extends CliError {
  readonly code = "ERR_NOT_CONFIRMED";
  readonly exitCode = exitCodes.usage;
}

/** Nothing has that name. */
export class NothingFoundError extends CliError {
  readonly code = "ERR_NOT_FOUND";
  readonly exitCode = exitCodes.notFound;
}

/** Several accounts begin like this. */
export class AmbiguousAccountError extends CliError {
  readonly code = "ERR_ACCOUNT_AMBIGUOUS";
  readonly exitCode = exitCodes.usage;
}

/** Several callbacks have ids that begin like this. */
export class AmbiguousCallbackError extends CliError {
  readonly code = "ERR_CALLBACK_AMBIGUOUS";
  readonly exitCode = exitCodes.usage;
}

/** What came then must not, or cannot, be taken now. */
export class NotReplayableError extends CliError {
  readonly code = "ERR_NOT_REPLAYABLE";
  readonly exitCode = exitCodes.refused;
}

export class RedisUnreachableError extends CliError {
  readonly code = "ERR_REDIS_UNREACHABLE";
  readonly exitCode = exitCodes.unreachable;
}

export class MongodbUnreachableError extends CliError {
  readonly code = "ERR_MONGODB_UNREACHABLE";
  readonly exitCode = exitCodes.unreachable;
}

/** The run that was waited for ended without success. */
export class RunFailedError extends CliError {
  readonly code = "ERR_RUN_FAILED";
  readonly exitCode = exitCodes.failed;
}

/** What was waited for did not end in time; it goes on. */
export class WaitedTooLongError extends CliError {
  readonly code = "ERR_WAITED_TOO_LONG";
  readonly exitCode = exitCodes.waitedTooLong;
}

/** The account is paused, revoked, or has no credential yet. */
export class AccountNotActiveError extends CliError {
  readonly code = "ERR_ACCOUNT_NOT_ACTIVE";
  readonly exitCode = exitCodes.wrongState;
}

/** There is no access token to ask with. */
export class NoTokenError extends CliError {
  readonly code = "ERR_NO_TOKEN";
  readonly exitCode = exitCodes.failed;
}

/** A file that is there would be overwritten, or one cannot be read or written. */
export class FileError extends CliError {
  readonly code = "ERR_FILE";
  readonly exitCode = exitCodes.failed;
}

/** The file holds no captured callback. */
export class CaptureError extends CliError {
  readonly code = "ERR_CAPTURE_MALFORMED";
  readonly exitCode = exitCodes.usage;
}

/** The keys at hand do not allow it. */
export class KeysError extends CliError {
  readonly code = "ERR_KEYS";
  readonly exitCode = exitCodes.failed;
}

/** SIGINT. */
export class InterruptedError extends CliError {
  readonly code = "ERR_INTERRUPTED";
  readonly exitCode = exitCodes.interrupted;
}
